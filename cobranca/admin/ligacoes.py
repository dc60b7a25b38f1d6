"""From customers, quotes, charges and messages to what billing has about them."""

from collections.abc import Iterator

from django.http import HttpRequest

from clientes.models import Cliente
from cobranca.models import Ciclo, Contato, Mensagem
from nucleo.admin.ligacoes import Ligacao, ligacoes, lista_de, nova_de, pagina_de, pode
from orcamentos.models import Orcamento, Status


@ligacoes(Cliente)
def do_cliente(request: HttpRequest, cliente: Cliente) -> Iterator[Ligacao]:
    if pode(request, "view", Ciclo):
        lista = lista_de(Ciclo, contato__codigo_cliente__exact=cliente.codigo_cliente)
        yield Ligacao("Cobranças", lista, "event_repeat")
    if pode(request, "add", Ciclo):
        yield Ligacao("Nova cobrança", nova_de(Ciclo, **_quem(cliente)), "add_card")


@ligacoes(Orcamento)
def do_orcamento(request: HttpRequest, orcamento: Orcamento) -> Iterator[Ligacao]:
    if orcamento.status != Status.APROVADO:
        return
    if pode(request, "view", Ciclo):
        lista = lista_de(Ciclo, external_billing_id__exact=orcamento.budget_number)
        yield Ligacao("Cobrança", lista, "event_repeat")
    if pode(request, "add", Ciclo):
        cobranca = {
            "external_billing_id": orcamento.budget_number,
            "valor": f"{orcamento.total:.2f}".replace(".", ","),
        }
        yield Ligacao("Cobrar", nova_de(Ciclo, **_quem(orcamento.cliente), **cobranca), "add_card")


@ligacoes(Contato)
def do_contato(request: HttpRequest, contato: Contato) -> Iterator[Ligacao]:
    if pode(request, "view", Ciclo):
        yield Ligacao("Ciclos deste contato", lista_de(Ciclo, contato__id__exact=contato.pk), "event_repeat")
    yield from _cadastro(request, contato)


@ligacoes(Ciclo)
def do_ciclo(request: HttpRequest, ciclo: Ciclo) -> Iterator[Ligacao]:
    if pode(request, "view", Mensagem):
        yield Ligacao("Mensagens", lista_de(Mensagem, ciclo__id__exact=ciclo.pk), "chat")
    yield from _cadastro(request, ciclo.contato)
    if pode(request, "view", Orcamento):
        orcamento = Orcamento.objects.filter(budget_number=ciclo.external_billing_id).first()
        if orcamento is not None:
            yield Ligacao(orcamento.budget_number, pagina_de(orcamento), "request_quote")


@ligacoes(Mensagem)
def da_mensagem(request: HttpRequest, mensagem: Mensagem) -> Iterator[Ligacao]:
    if pode(request, "view", Ciclo):
        ciclo = mensagem.ciclo
        yield Ligacao(f"Ciclo {ciclo.external_billing_id}", pagina_de(ciclo), "event_repeat")
        yield Ligacao(ciclo.contato.nome, pagina_de(ciclo.contato), "contact_phone")


def _cadastro(request: HttpRequest, contato: Contato) -> Iterator[Ligacao]:
    if not contato.codigo_cliente or not pode(request, "view", Cliente):
        return
    cliente = Cliente.objects.filter(codigo_cliente=contato.codigo_cliente).first()
    if cliente is not None:
        yield Ligacao(f"Cliente {cliente.codigo_cliente}", pagina_de(cliente), "groups")


def _quem(cliente: Cliente) -> dict[str, str]:
    return {
        "nome": cliente.nome,
        "telefone": cliente.whatsapp or cliente.telefone,
        "codigo_cliente": cliente.codigo_cliente,
    }
