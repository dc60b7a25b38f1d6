"""Ciclos and messages as the API and the office list them."""

from django.db.models import QuerySet

from cobranca.errors import ciclo_desconhecido
from cobranca.models import Ciclo, Mensagem
from nucleo.errors import ErroDeValidacao, NaoEncontrado
from nucleo.models import Empresa


def ciclo_por_identificador(*, empresa: Empresa, external_billing_id: str) -> Ciclo:
    """Return the active ciclo with this identifier, else the newest ended one. Raises NaoEncontrado."""
    if "\x00" in external_billing_id:
        raise ciclo_desconhecido("com caractere nulo")
    achados = Ciclo.objects.filter(empresa=empresa, external_billing_id=external_billing_id)
    lista = list(achados.select_related("contato", "regua").order_by("-id")[:100])
    ativos = [ciclo for ciclo in lista if ciclo.status == Ciclo.Status.ATIVO]
    if not lista:
        raise ciclo_desconhecido(external_billing_id)
    return (ativos or lista)[0]


def mensagens_do_ciclo(*, empresa: Empresa, ciclo: Ciclo) -> QuerySet[Mensagem]:
    """Return its messages in the order of the steps."""
    mensagens = Mensagem.objects.filter(empresa=empresa, ciclo=ciclo)
    return mensagens.select_related("ciclo").order_by("passo", "id")


def mensagens_listadas(*, empresa: Empresa, status: str = "", ciclo: str = "") -> QuerySet[Mensagem]:
    """Return messages, of one status or one charge where asked. Raises ErroDeValidacao."""
    mensagens = Mensagem.objects.filter(empresa=empresa).select_related("ciclo")
    if status:
        pedidos = status.split(",")
        if not set(pedidos) <= set(Mensagem.Status.values):
            raise ErroDeValidacao(
                "valor_invalido", f"status é um de: {', '.join(Mensagem.Status.values)}.", field="status"
            )
        mensagens = mensagens.filter(status__in=pedidos)
    if ciclo:
        ids = Ciclo.objects.filter(
            empresa=empresa, external_billing_id=ciclo.replace("\x00", "\ufffd")
        ).values("pk")
        mensagens = mensagens.filter(ciclo_id__in=ids)
    return mensagens


def mensagem_por_id(*, empresa: Empresa, mensagem_id: int) -> Mensagem:
    """Return one message with its ciclo. Raises NaoEncontrado."""
    achada = Mensagem.objects.filter(empresa=empresa, pk=mensagem_id).select_related("ciclo__contato").first()
    if achada is None:
        raise NaoEncontrado("nao_encontrado", f"Não há mensagem {mensagem_id}.")
    return achada


def ciclos_listados(*, empresa: Empresa, status: str = "") -> QuerySet[Ciclo]:
    """Return ciclos with their contact, newest first. Raises ErroDeValidacao."""
    ciclos = Ciclo.objects.filter(empresa=empresa).select_related("contato", "regua")
    if status and status not in Ciclo.Status.values:
        raise ErroDeValidacao(
            "valor_invalido", f"status é um de: {', '.join(Ciclo.Status.values)}.", field="status"
        )
    return ciclos.filter(status=status) if status else ciclos
