"""A person decides about a held message."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from cobranca import locks
from cobranca.errors import ciclo_encerrado
from cobranca.models import Ciclo, Mensagem, Tentativa
from cobranca.services.registro import campos_de_enviada, tentativa_anotar
from nucleo.ator import Ator
from nucleo.errors import Conflito, ErroDeValidacao, NaoEncontrado
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar

DECISOES: Final = ("reenviar", "foi_enviada", "desistir")


def mensagem_decidir(*, empresa: Empresa, ator: Ator, mensagem_id: int, decisao: str) -> Mensagem:
    """Send a held message again, call it sent, or give it up. Locks the ciclo, then the message. Audited.

    Raises ErroDeValidacao for another decision, NaoEncontrado, Conflito `mensagem_nao_segura` (it is not
    held any more), `ciclo_encerrado` (no sending again for an ended ciclo).
    """
    if decisao not in DECISOES:
        raise ErroDeValidacao(
            "valor_invalido", f"A decisão é uma de: {', '.join(DECISOES)}.", field="decisao"
        )
    with transaction.atomic():
        mensagem = locks.mensagem_com_ciclo(empresa=empresa, mensagem_id=mensagem_id)
        if mensagem is None:
            raise NaoEncontrado("nao_encontrado", f"Não há mensagem {mensagem_id}.")
        if mensagem.status != Mensagem.Status.SEGURA:
            raise Conflito(
                "mensagem_nao_segura",
                f"A mensagem não está aguardando decisão ({mensagem.get_status_display().lower()}).",
            )
        _APLICAR[decisao](mensagem, ator)
        mensagem.save()
        tentativa_anotar(
            mensagem=mensagem, resultado=Tentativa.Resultado.DECISAO, detalhe=f"{ator.nome}: {decisao}"
        )
        auditar(
            empresa=empresa, ator=ator, acao="mensagem_decidida", objeto=mensagem, de="held", para=decisao
        )
    return mensagem


def _reenviar(mensagem: Mensagem, ator: Ator) -> None:
    if mensagem.tipo == Mensagem.Tipo.LEMBRETE and mensagem.ciclo.status != Ciclo.Status.ATIVO:
        ciclo = mensagem.ciclo
        raise ciclo_encerrado(ciclo.external_billing_id, ciclo.get_status_display())
    mensagem.status, mensagem.agendada_para = Mensagem.Status.PENDENTE, timezone.now()
    # The person starts over: earlier attempts do not count against this one.
    mensagem.tentativas, mensagem.dia_envio, mensagem.erro = 0, None, ""


def _foi_enviada(mensagem: Mensagem, ator: Ator) -> None:
    quando = mensagem.reclamada_em or timezone.now()
    for campo, valor in campos_de_enviada(quando, mensagem.provider_id, mensagem.numero_usado).items():
        setattr(mensagem, campo, valor)


def _desistir(mensagem: Mensagem, ator: Ator) -> None:
    mensagem.status = Mensagem.Status.CANCELADA
    mensagem.erro = f"{ator.nome} desistiu do envio. {mensagem.erro}"[:300]


_APLICAR = {"reenviar": _reenviar, "foi_enviada": _foi_enviada, "desistir": _desistir}
