"""From a customer to its quotes, and from a quote to who and what it is about."""

from collections.abc import Iterator

from django.http import HttpRequest

from clientes.models import Cliente
from estoque.models import CarteiraPrincipal
from nucleo.admin.ligacoes import Ligacao, ligacoes, lista_de, nova_de, pagina_de, pode
from orcamentos.models import Orcamento, Status


@ligacoes(Cliente)
def do_cliente(request: HttpRequest, cliente: Cliente) -> Iterator[Ligacao]:
    if pode(request, "view", Orcamento):
        yield Ligacao("Orçamentos", lista_de(Orcamento, cliente__id__exact=cliente.pk), "request_quote")
    if pode(request, "add", Orcamento):
        yield Ligacao("Novo orçamento", nova_de(Orcamento, cliente=cliente.pk), "add_circle")


@ligacoes(Orcamento)
def do_orcamento(request: HttpRequest, orcamento: Orcamento) -> Iterator[Ligacao]:
    if pode(request, "view", Cliente):
        cliente = orcamento.cliente
        yield Ligacao(str(cliente), pagina_de(cliente), "groups")
    if orcamento.status == Status.APROVADO and pode(request, "view", CarteiraPrincipal):
        lista = lista_de(CarteiraPrincipal, num_pedido__exact=orcamento.budget_number)
        yield Ligacao("Na carteira", lista, "shopping_cart")
