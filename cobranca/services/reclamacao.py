"""The claim: take the next due message of an empresa for one sender, if it may still leave.

Messages are read ahead of the claim without a lock. One that may leave as it was read is taken in a single
statement, which finds it only while nothing about it has changed since: the ordinary case. Everything else
(a retry, thanks, a pause, a payment in between, a row somebody holds) is decided under the ciclo's lock.
"""

import logging
import time
import uuid
from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from cobranca import locks
from cobranca.models import Ciclo, ConfiguracaoCobranca, Mensagem
from cobranca.services.criacao import MOTIVO_SUPERADA
from cobranca.services.instancias import intervalo_de
from cobranca.services.mesa import Instante, Mesa
from cobranca.services.redacao import Redigida, livro_da
from nucleo.preparadas import Preparada

logger = logging.getLogger(__name__)
_MODO: Final = ConfiguracaoCobranca.Modo
_CAMPOS: Final = """
    status = 'sending', token = %(token)s, reclamada_em = %(agora)s, instancia_id = %(instancia)s,
    dia_envio = %(dia)s, texto = %(texto)s, aviso = %(aviso)s, variacao_id = %(variacao)s,
    numero = %(numero)s, tentativas = tentativas + 1, incerta_em = NULL, consultar_em = NULL, erro = ''"""
_TIPOS: Final = {
    "token": "uuid", "agora": "timestamptz", "instancia": "bigint", "dia": "date", "texto": "text",
    "aviso": "text", "variacao": "bigint", "numero": "text", "empresa": "bigint", "id": "bigint",
    "proxima": "timestamptz",
}  # fmt: skip
# The sender's pace moves with the claim, or a crash between the two would let two messages leave at once.
_RITMO: Final = """
UPDATE cobranca_instancia SET proxima_em = %(proxima)s
    WHERE empresa_id = %(empresa)s AND id = %(instancia)s AND %(proxima)s IS NOT NULL"""
# The claim itself asks whose turn it is, so that nothing rests on a connection that may have been reopened. A
# unique index on the sender's message in flight did the same, and under an old open transaction each claim
# walked over the dead entries of all the claims before it.
_VEZ: Final = (
    f"vez AS MATERIALIZED (SELECT pg_try_advisory_xact_lock({locks.REMETENTE}, %(instancia)s::int) AS minha)"
)
_TOMAR: Final = Preparada(
    "cobranca_tomar",
    f"""
WITH {_VEZ}, ritmo AS ({_RITMO} AND (SELECT minha FROM vez))
UPDATE cobranca_mensagem SET {_CAMPOS}
WHERE empresa_id = %(empresa)s AND id = %(id)s AND (SELECT minha FROM vez) RETURNING id""",  # noqa: S608 - constants
    _TIPOS,
)
# `linhas` are the versions of the three rows as they were read (see locks.fila): a change of any of them that
# is committed, and of message or ciclo also one under way, makes this statement find nothing. Siblings and
# the sending mode are asked again. Every row is named by its key, and OFFSET 0 keeps the later siblings a
# subquery entered by ciclo and passo: a planner without statistics once walked over all ciclos of an empresa,
# and once over all its messages.
_TOMAR_SE_IGUAL: Final = Preparada(
    "cobranca_tomar_se_igual",
    f"""
WITH {_VEZ}, alvo AS MATERIALIZED (
    SELECT m.id FROM cobranca_mensagem m
    JOIN cobranca_ciclo c ON c.empresa_id = m.empresa_id AND c.id = m.ciclo_id AND c.id = %(ciclo)s
    JOIN cobranca_contato k ON k.empresa_id = c.empresa_id AND k.id = c.contato_id AND k.id = %(contato)s
    WHERE (SELECT minha FROM vez) AND m.empresa_id = %(empresa)s AND m.id = %(id)s AND m.status = 'pending'
      AND concat_ws(' ', m.xmin, c.xmin, k.xmin) = %(linhas)s
      AND EXISTS (SELECT FROM cobranca_configuracaocobranca
                  WHERE empresa_id = %(empresa)s AND modo = 'on')
      AND NOT EXISTS (SELECT FROM cobranca_mensagem i
                      WHERE i.empresa_id = %(empresa)s AND i.ciclo_id = m.ciclo_id AND i.tipo = 'lembrete'
                        AND i.status = 'pending' AND i.passo > m.passo AND i.agendada_para < %(amanha)s
                      OFFSET 0)
      AND NOT EXISTS (SELECT FROM cobranca_mensagem i
                      WHERE i.empresa_id = %(empresa)s AND i.ciclo_id = m.ciclo_id AND i.tipo = 'lembrete'
                        AND i.dia_envio = %(dia)s)
    FOR NO KEY UPDATE OF m, c SKIP LOCKED),
ritmo AS ({_RITMO} AND EXISTS (SELECT FROM alvo))
UPDATE cobranca_mensagem SET {_CAMPOS}
WHERE empresa_id = %(empresa)s AND id = (SELECT id FROM alvo) RETURNING id""",  # noqa: S608 - constants of this file
    _TIPOS | {"linhas": "text", "amanha": "timestamptz", "ciclo": "bigint", "contato": "bigint"},
)


def mensagem_reclamar(mesa: Mesa) -> tuple[Mensagem | None, bool]:
    """Make the next due message ours, its text written; return (message or None, whether to go on).

    Locks the ciclo and the message, both or neither, and waits for nobody. Raises IntegrityError where the
    database's own guard says no (`cobranca_mensagem_dia_uniq`).
    """
    mesa.reclamada, instante = time.monotonic(), mesa.instante()
    lida = _proxima_lida(mesa, instante)
    if lida is not None and _tomar_se_igual(mesa, lida, instante):
        return lida, True
    return _reclamar_com_trava(mesa, instante)


# -- as it was read ----------------------------------------------------------------------------------------


def _proxima_lida(mesa: Mesa, instante: Instante) -> Mensagem | None:
    """Return the message at the head of the queue as it was read, None where it needs the locked way."""
    while mesa.adiante and mesa.cursor and _lugar(mesa.adiante[0]) <= mesa.cursor:
        mesa.adiante.popleft()
    if not mesa.adiante:
        mesa.adiante.extend(_ler(mesa, instante))
    if not mesa.adiante:
        return None
    lida = mesa.adiante.popleft()
    return lida if _sai_como_foi_lida(lida, instante) else None


def _ler(mesa: Mesa, instante: Instante) -> list[Mensagem]:
    return locks.mensagens_adiante(
        empresa=mesa.empresa,
        agora=instante.agora,
        hoje=instante.hoje,
        amanha=instante.amanha,
        depois_de=mesa.cursor,
        instancia_id=mesa.instancia.pk,
    )


def _lugar(mensagem: Mensagem) -> tuple[Any, int]:
    return mensagem.agendada_para, mensagem.pk


def _sai_como_foi_lida(mensagem: Any, instante: Instante) -> bool:
    """Whether nothing about it needs a decision: a reminder's first attempt, with nothing in its way."""
    pausado_ate = mensagem.ciclo.pausado_ate
    return (
        mensagem.tipo == Mensagem.Tipo.LEMBRETE
        and mensagem.modo == _MODO.LIGADO
        and not mensagem.tentativas
        and not motivo_de_parada(mensagem)
        and not (pausado_ate and pausado_ate >= instante.hoje)
        and not (mensagem.tem_posterior or mensagem.ja_saiu_hoje)
    )


def _tomar_se_igual(mesa: Mesa, mensagem: Any, instante: Instante) -> bool:
    redigida = _redigir(mesa, mensagem, instante)
    if redigida.divergencias:
        return False
    valores = _marcar(mesa, mensagem, instante)
    lidas = {
        "linhas": mensagem.linhas,
        "amanha": instante.amanha,
        "ciclo": mensagem.ciclo_id,
        "contato": mensagem.ciclo.contato_id,
    }
    if _TOMAR_SE_IGUAL.linha(**valores, **lidas) is None:
        return False
    mesa.cursor, mesa.instancia.proxima_em = _lugar(mensagem), valores["proxima"]
    return True


# -- under the lock ----------------------------------------------------------------------------------------


def _reclamar_com_trava(mesa: Mesa, instante: Instante) -> tuple[Mensagem | None, bool]:
    """Take the next due message that nobody holds, re-checking everything under its ciclo's lock."""
    with transaction.atomic():
        mensagem = locks.mensagem_a_enviar(
            empresa=mesa.empresa,
            agora=instante.agora,
            hoje=instante.hoje,
            amanha=instante.amanha,
            depois_de=mesa.cursor,
        )
        if mensagem is None:
            seguir, mesa.cursor = mesa.cursor is not None, None
            return None, seguir
        mesa.cursor = _lugar(mensagem)
        if mensagem.modo != _MODO.LIGADO:  # type: ignore[attr-defined]
            mesa.rodada.motivo = "envio desligado"
            return None, False
        if not _ainda_vale(mesa, mensagem, instante):
            return None, True
        return _tomar(mesa, mensagem, instante)


def _ainda_vale(mesa: Mesa, mensagem: Mensagem, instante: Instante) -> bool:
    """Re-check under the lock; a message that may not leave now is put where it belongs."""
    ciclo = mensagem.ciclo
    if motivo := motivo_de_parada(mensagem):
        mensagem.status, mensagem.erro = Mensagem.Status.CANCELADA, motivo
    elif mensagem.tipo != Mensagem.Tipo.LEMBRETE:
        return True
    elif ciclo.pausado_ate and ciclo.pausado_ate >= instante.hoje:
        volta = mesa.expediente.inicio(ciclo.pausado_ate + timedelta(days=1))
        mensagem.agendada_para = mesa.expediente.proximo(volta)
    elif mensagem.tem_posterior or _passo_posterior_saiu(mensagem):  # type: ignore[attr-defined]
        mensagem.status = Mensagem.Status.SUBSTITUIDA
        mensagem.erro = MOTIVO_SUPERADA
    elif mensagem.ja_saiu_hoje:  # type: ignore[attr-defined]
        mensagem.agendada_para = mesa.expediente.proximo(instante.amanha)
    else:
        return True
    mensagem.save(update_fields=["status", "erro", "agendada_para"])
    return False


def _passo_posterior_saiu(mensagem: Mensagem) -> bool:
    """Whether a retry comes after its ciclo's next step has left: no "vence em 3 dias" after "venceu"."""
    if not mensagem.tentativas:
        return False
    irmas = Mensagem.objects.filter(empresa=mensagem.empresa_id, ciclo=mensagem.ciclo_id)
    return irmas.filter(
        tipo=Mensagem.Tipo.LEMBRETE, passo__gt=mensagem.passo, status__in=Mensagem.SAIU
    ).exists()


def motivo_de_parada(mensagem: Mensagem) -> str:
    """Why a message may not leave any more; thanks and confirmations belong to ended ciclos."""
    if mensagem.tipo == Mensagem.Tipo.CONFIRMACAO:
        return ""
    if mensagem.ciclo.contato.optout_em is not None:
        return "O contato pediu para não receber mensagens."
    if mensagem.tipo == Mensagem.Tipo.LEMBRETE and mensagem.ciclo.status != Ciclo.Status.ATIVO:
        return mensagem.ciclo.motivo or "Ciclo encerrado."
    return ""


def _tomar(mesa: Mesa, mensagem: Mensagem, instante: Instante) -> tuple[Mensagem | None, bool]:
    """Write the text and make the message ours, or hold it when the text is not what the ledger says."""
    redigida = _redigir(mesa, mensagem, instante)
    if redigida.divergencias:
        mensagem.status = Mensagem.Status.SEGURA
        mensagem.erro = " ".join(redigida.divergencias)[:300]
        mensagem.save(update_fields=["texto", "aviso", "variacao", "numero", "status", "erro"])
        logger.warning("mensagem segurada", extra={"mensagem": mensagem.pk, "ciclo": mensagem.ciclo_id})
        return None, True
    valores = _marcar(mesa, mensagem, instante)
    if _TOMAR.linha(**valores) is None:
        mesa.rodada.motivo = "outro processo está enviando por esta instância"
        return None, False
    mesa.instancia.proxima_em = valores["proxima"]
    return mensagem, True


# -- both --------------------------------------------------------------------------------------------------


def _redigir(mesa: Mesa, mensagem: Mensagem, instante: Instante) -> Redigida:
    livro = livro_da(empresa=mesa.empresa, mensagem=mensagem, hoje=instante.hoje)
    redigida = mesa.redator.redigir(mensagem=mensagem, livro=livro)
    mensagem.texto, mensagem.aviso = redigida.texto, redigida.aviso[:200]
    mensagem.variacao_id, mensagem.numero = redigida.variacao_id, mensagem.ciclo.contato.telefone
    return redigida


def _marcar(mesa: Mesa, mensagem: Mensagem, instante: Instante) -> dict[str, Any]:
    """Mark the message as ours; return the values that the statement writes."""
    mensagem.status, mensagem.token = Mensagem.Status.ENVIANDO, uuid.uuid4()
    mensagem.reclamada_em, mensagem.instancia = instante.agora, mesa.instancia
    mensagem.tentativas += 1
    if mensagem.tipo == Mensagem.Tipo.LEMBRETE:
        mensagem.dia_envio = instante.hoje
    return {
        "token": mensagem.token,
        "agora": instante.agora,
        "instancia": mesa.instancia.pk,
        "dia": mensagem.dia_envio,
        "texto": mensagem.texto,
        "aviso": mensagem.aviso,
        "variacao": mensagem.variacao_id,
        "numero": mensagem.numero,
        "empresa": mesa.empresa.pk,
        "id": mensagem.pk,
        "proxima": instante.agora + intervalo_de(mesa.instancia) if mesa.instancia.por_minuto else None,
    }
