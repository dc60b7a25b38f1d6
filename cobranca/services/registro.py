"""Recording how an attempt ended. Never inside the call, never without its token."""

import random
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cobranca import locks
from cobranca.gateway import Desfecho, TipoDeDesfecho, telefone_do_jid
from cobranca.models import Ciclo, Contato, Mensagem, Tentativa
from nucleo.models import Empresa
from nucleo.preparadas import Preparada

RETENTATIVA_MAXIMA_S = 3600
_RESULTADOS = {
    TipoDeDesfecho.ENVIADA: Tentativa.Resultado.ENVIADA,
    TipoDeDesfecho.RECUSADA: Tentativa.Resultado.RECUSADA,
    TipoDeDesfecho.NAO_ENVIADA: Tentativa.Resultado.NAO_ENVIADA,
    TipoDeDesfecho.INCERTA: Tentativa.Resultado.INCERTA,
}


def desfecho_registrar(
    *,
    empresa: Empresa,
    mensagem: Mensagem,
    token: UUID,
    desfecho: Desfecho,
    limite: int,
    sem_pausa: bool = False,
) -> str:
    """Write the end of one attempt; return the message's new status.

    Only while the token is still ours; else somebody recovered the message meanwhile, and only the proof
    that it left still counts. What goes back to waiting is decided under its ciclo's lock. With `sem_pausa`
    the next claim follows at once, and a `sent` reaches the disk with it (docs/adr/0014).
    """
    if desfecho.tipo is TipoDeDesfecho.ENVIADA:
        return _enviada(empresa, mensagem, token, desfecho, sem_pausa)
    with transaction.atomic():
        atual = locks.mensagem_com_ciclo(empresa=empresa, mensagem_id=mensagem.pk)
        if atual is None or atual.token != token or atual.status != Mensagem.Status.ENVIANDO:
            return atual.status if atual else ""
        _DESTINOS[desfecho.tipo](atual, desfecho, limite)
        atual.save()
        _anotar(atual, token, _RESULTADOS[desfecho.tipo], desfecho.motivo)
    return atual.status


# `status` in an expression: the planner is to enter by the primary key, not by the partial index of what is
# in flight, where each message sent leaves a dead entry.
_GRAVAR_ENVIADA: Final = Preparada(
    "cobranca_gravar_enviada",
    """
WITH minha AS (
    UPDATE cobranca_mensagem SET status = 'sent', enviada_em = %(em)s, provider_id = %(provedor)s,
        numero_usado = %(numero)s, erro = '', token = NULL, incerta_em = NULL, consultar_em = NULL
    WHERE empresa_id = %(empresa)s AND id = %(id)s AND token = %(token)s AND status || '' = 'sending'
    RETURNING empresa_id, id, instancia_id, reclamada_em)
INSERT INTO cobranca_tentativa
    (empresa_id, mensagem_id, instancia_id, token, resultado, iniciada_em, em, detalhe)
SELECT empresa_id, id, instancia_id, %(token)s, 'sent', reclamada_em, %(em)s, ''
FROM minha, set_config('synchronous_commit',
    CASE WHEN %(sem_pausa)s THEN 'off' ELSE current_setting('synchronous_commit') END, true)
RETURNING id""",
    {
        "em": "timestamptz", "provedor": "text", "numero": "text", "empresa": "bigint", "id": "bigint",
        "token": "uuid", "sem_pausa": "boolean",
    },
)  # fmt: skip


def _enviada(empresa: Empresa, mensagem: Mensagem, token: UUID, desfecho: Desfecho, sem_pausa: bool) -> str:
    """One statement by hand, message and history together: this is every message's path."""
    agora = timezone.now()
    gravada = _GRAVAR_ENVIADA.linha(
        em=agora,
        provedor=desfecho.provider_id[:64],
        numero=desfecho.remote_jid[:60],
        empresa=empresa.pk,
        id=mensagem.pk,
        token=token,
        sem_pausa=sem_pausa,
    )
    if not gravada:
        # Ours no longer, but the answer proves that it left: without this it would leave again.
        saida_confirmar(
            empresa=empresa,
            mensagem_id=mensagem.pk,
            provider_id=desfecho.provider_id,
            numero_usado=desfecho.remote_jid,
            em=agora,
            detalhe="Resposta atrasada do gateway.",
        )
    _guardar_numero(mensagem, desfecho.remote_jid)
    return Mensagem.Status.ENVIADA


def campos_de_enviada(em: datetime, provider_id: str, numero_usado: str) -> dict[str, Any]:
    """The columns of a message that has surely left."""
    return {
        "status": Mensagem.Status.ENVIADA,
        "enviada_em": em,
        "provider_id": provider_id[:64],
        "numero_usado": numero_usado[:60],
        "erro": "",
        "token": None,
        "incerta_em": None,
        "consultar_em": None,
    }


def saida_confirmar(
    *, empresa: Empresa, mensagem_id: int, provider_id: str, numero_usado: str, em: datetime, detalhe: str
) -> bool:
    """Somebody proved that this message left: mark it sent, whatever it was waiting for.

    Locks the ciclo, then the message. Return whether anything changed.
    """
    with transaction.atomic():
        atual = locks.mensagem_com_ciclo(empresa=empresa, mensagem_id=mensagem_id)
        if atual is None or atual.status in Mensagem.SAIU:
            return False
        for campo, valor in campos_de_enviada(em, provider_id, numero_usado).items():
            setattr(atual, campo, valor)
        atual.save()
        _anotar(atual, None, Tentativa.Resultado.ACHADA, detalhe)
    return True


def _guardar_numero(mensagem: Mensagem, remote_jid: str) -> None:
    """Remember on the contato where WhatsApp spells the number differently than we do."""
    numero = telefone_do_jid(remote_jid) or remote_jid
    contato = mensagem.ciclo.contato
    if numero not in ("", contato.whatsapp, contato.telefone.lstrip("+")):
        Contato.objects.filter(pk=contato.pk).update(whatsapp=numero[:60])


def _recusada(mensagem: Mensagem, desfecho: Desfecho, limite: int) -> None:
    _liberar(mensagem)
    mensagem.status, mensagem.erro = Mensagem.Status.FALHOU, desfecho.motivo[:300]


def _nao_enviada(mensagem: Mensagem, desfecho: Desfecho, limite: int) -> None:
    _liberar(mensagem)
    voltar_a_fila(mensagem, motivo=desfecho.motivo, limite=limite)


def _incerta(mensagem: Mensagem, desfecho: Desfecho, limite: int) -> None:
    mensagem.erro = desfecho.motivo[:300]
    if desfecho.saiu_sem_registro:
        segurar(mensagem, desfecho.motivo)
        return
    agora = timezone.now()
    # Nobody knows: it stays `sending`, out of the sender's way, until it can be looked up.
    mensagem.incerta_em = agora
    mensagem.consultar_em = agora if desfecho.pedido_terminado else primeira_consulta(mensagem)


_DESTINOS = {
    TipoDeDesfecho.RECUSADA: _recusada,
    TipoDeDesfecho.NAO_ENVIADA: _nao_enviada,
    TipoDeDesfecho.INCERTA: _incerta,
}


def primeira_consulta(mensagem: Mensagem) -> datetime:
    """Return the moment from which no request of this attempt can still be under way."""
    inicio = mensagem.reclamada_em or timezone.now()
    return inicio + timedelta(seconds=settings.COBRANCA_INCERTA_APOS_S)


def segurar(mensagem: Mensagem, motivo: str) -> None:
    """Hold a message for a person; an ended ciclo needs no decision."""
    _liberar(mensagem, mantem_dia=True)
    encerrado = mensagem.ciclo.status != Ciclo.Status.ATIVO
    mensagem.status = Mensagem.Status.CANCELADA if encerrado else Mensagem.Status.SEGURA
    mensagem.erro = motivo[:300]


def voltar_a_fila(mensagem: Mensagem, *, motivo: str, limite: int) -> None:
    """Plan the next try with backoff, or give up at the limit; an ended ciclo gets no next try."""
    mensagem.erro = motivo[:300]
    if mensagem.tipo == Mensagem.Tipo.LEMBRETE and mensagem.ciclo.status != Ciclo.Status.ATIVO:
        mensagem.status = Mensagem.Status.CANCELADA
        mensagem.erro = (mensagem.ciclo.motivo or "Ciclo encerrado.")[:300]
    elif mensagem.tentativas >= limite:
        mensagem.status = Mensagem.Status.FALHOU
        mensagem.erro = f"Desistimos depois de {mensagem.tentativas} tentativas. Última: {motivo}"[:300]
    else:
        mensagem.status = Mensagem.Status.PENDENTE
        mensagem.agendada_para = timezone.now() + _espera(mensagem.tentativas)


def _espera(tentativas: int) -> timedelta:
    base = min(settings.COBRANCA_RETENTATIVA_S * 2 ** max(tentativas - 1, 0), RETENTATIVA_MAXIMA_S)
    return timedelta(seconds=base * random.uniform(0.75, 1.25))  # noqa: S311 - spreads load


def _liberar(mensagem: Mensagem, *, mantem_dia: bool = False) -> None:
    mensagem.token = mensagem.incerta_em = mensagem.consultar_em = None
    if not mantem_dia:
        mensagem.dia_envio = None


def _anotar(mensagem: Mensagem, token: UUID | None, resultado: str, detalhe: str) -> None:
    Tentativa.objects.create(
        empresa_id=mensagem.empresa_id,
        mensagem=mensagem,
        instancia_id=mensagem.instancia_id,
        token=token,
        resultado=resultado,
        iniciada_em=mensagem.reclamada_em,
        em=timezone.now(),
        detalhe=detalhe[:300],
    )


def tentativa_anotar(*, mensagem: Mensagem, resultado: str, detalhe: str, token: UUID | None = None) -> None:
    """Append to a message's history, in the caller's transaction."""
    _anotar(mensagem, token, resultado, detalhe)
