"""Claim, act, record: one message after another per sender, each call outside any transaction."""

import logging
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Final

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from cobranca import locks
from cobranca.gateway import Desfecho
from cobranca.models import ConfiguracaoCobranca, Instancia, Mensagem, Tentativa
from cobranca.services.instancias import desfecho_contar, instancia_pronta
from cobranca.services.mesa import Mesa, Rodada, mesa_da
from cobranca.services.orfas import orfas_declarar_incertas
from cobranca.services.reclamacao import mensagem_reclamar, motivo_de_parada
from cobranca.services.registro import desfecho_registrar, tentativa_anotar
from nucleo.errors import restricao_violada
from nucleo.models import Empresa
from nucleo.preparadas import Preparada

logger = logging.getLogger(__name__)
POR_RODADA: Final = 100
_MODO: Final = ConfiguracaoCobranca.Modo
# Whether the claim is ours is asked of the row found by its key: as a condition it would send the planner
# into the partial index of what is in flight, where each message sent leaves a dead entry to walk over.
_OLHAR: Final = Preparada(
    "cobranca_olhar",
    """
SELECT c.status, k.optout_em, c.motivo, g.modo,
    m.token = %(token)s AND m.status = 'sending' AND m.incerta_em IS NULL AS nossa
FROM cobranca_mensagem m
JOIN cobranca_ciclo c ON c.empresa_id = m.empresa_id AND c.id = m.ciclo_id AND c.id = %(ciclo)s
JOIN cobranca_contato k ON k.empresa_id = c.empresa_id AND k.id = c.contato_id AND k.id = %(contato)s
LEFT JOIN cobranca_configuracaocobranca g ON g.empresa_id = c.empresa_id
WHERE m.empresa_id = %(empresa)s AND m.id = %(id)s""",
    {"token": "uuid", "empresa": "bigint", "id": "bigint", "ciclo": "bigint", "contato": "bigint"},
)
# No claim after this long: the task's time limit would cut a call off in the middle.
RODADA_MAXIMA_S: Final = 300
# A restart of the database takes seconds: the outcome of a call is held in hand for about a minute.
ESPERAS_DO_BANCO_S: Final = (0.2, 1, 2, 5, 10, 20, 20)


def rodada_da_instancia(
    *, empresa: Empresa, instancia: Instancia, limite: int = POR_RODADA, prazo_s: float | None = None
) -> Rodada:
    """Send up to `limite` due messages through one sender, one after another.

    Inside the empresa's scope, outside any transaction. One process at a time has the sender's turn; the
    others leave at once. Stops early when the sender gets sick, the empresa is closed, pacing would wait
    past `prazo_s`, or the round has lasted RODADA_MAXIMA_S.
    """
    with locks.vez_do_remetente(instancia_id=instancia.pk) as minha:
        if not minha:
            return Rodada(motivo="outro processo está enviando por esta instância")
        orfas_declarar_incertas(empresa=empresa, instancia=instancia)
        if not instancia_pronta(empresa=empresa, instancia=instancia):
            return Rodada(motivo=instancia.motivo or "instância em descanso")
        mesa = mesa_da(empresa=empresa, instancia=instancia)
        inicio = time.monotonic()
        fim = inicio + (settings.COBRANCA_RODADA_S if prazo_s is None else prazo_s)
        for _ in range(limite):
            if time.monotonic() - inicio > RODADA_MAXIMA_S:
                mesa.rodada.motivo = "a rodada demorou demais"
                break
            if not _esperar_a_vez(mesa, fim) or not _uma(mesa):
                break
    return mesa.rodada


def _esperar_a_vez(mesa: Mesa, fim: float, dormir: Callable[[float], None] = time.sleep) -> bool:
    """Keep the sender's pace, before the claim: a message waiting here can still be stopped."""
    proxima = mesa.instancia.proxima_em
    espera = (proxima - timezone.now()).total_seconds() if proxima else 0.0
    if espera <= 0:
        return True
    if time.monotonic() + espera > fim:
        mesa.rodada.motivo = "ritmo da instância"
        return False
    dormir(espera)
    return True


def _uma(mesa: Mesa) -> bool:
    """Claim one message, send it, record it; False when the round is over."""
    if not mesa.expediente.aberto(timezone.now()):
        mesa.rodada.motivo = "fora do horário de envio"
        return False
    try:
        mensagem, seguir = mensagem_reclamar(mesa)
    except IntegrityError as exc:
        if restricao_violada(exc) != "cobranca_mensagem_dia_uniq":
            raise
        # A sibling left today through another sender, after ours had looked.
        return True
    if mensagem is None:
        return seguir
    if motivo := _parada(mensagem) or _tarde_demais(mesa):
        _registrar_parada(mesa, mensagem, motivo)
        return True
    return _enviar(mesa, mensagem)


def _enviar(mesa: Mesa, mensagem: Mensagem) -> bool:
    # Counted from the claim: whoever looks this message up later knows when its call is surely over.
    prazo = mesa.reclamada + settings.COBRANCA_TIMEOUT_S
    desfecho = mesa.cliente.enviar_texto(numero=mensagem.numero, texto=mensagem.texto, ate=prazo)
    status, com_a_vez = _registrar(mesa, mensagem, desfecho)
    if status == Mensagem.Status.ENVIADA:
        mesa.rodada.enviadas += 1
    else:
        mesa.rodada.outras += 1
        logger.warning(
            "mensagem não enviada",
            extra={"mensagem": mensagem.pk, "codigo": desfecho.codigo, "detalhe": desfecho.detalhe},
        )
    pode = desfecho_contar(empresa=mesa.empresa, instancia=mesa.instancia, desfecho=desfecho)
    return pode and com_a_vez


def _registrar(mesa: Mesa, mensagem: Mensagem, desfecho: Desfecho) -> tuple[str, bool]:
    """Record the attempt's end, also through a restart of the database; return (status, turn still ours).

    What the gateway answered is known here alone: a look-up would not find what it did not store. The
    token guards the record whoever has the sender's turn by then.
    """
    chamada = partial(
        desfecho_registrar,
        empresa=mesa.empresa,
        mensagem=mensagem,
        token=mensagem.token or uuid.uuid4(),
        desfecho=desfecho,
        limite=mesa.configuracao.limite_tentativas,
        sem_pausa=not mesa.instancia.por_minuto,
    )
    com_a_vez = True
    for espera in ESPERAS_DO_BANCO_S:
        try:
            return chamada(), com_a_vez
        except (OperationalError, InterfaceError) as exc:
            logger.warning("registro sem banco; nova tentativa em %s s: %s", espera, exc)
            # The session's lock, the turn, went with the connection: the round ends after this message.
            connection.close()
            com_a_vez, mesa.rodada.motivo = False, "o banco de dados caiu no meio da rodada"
            time.sleep(espera)
    return chamada(), com_a_vez


def _tarde_demais(mesa: Mesa) -> str:
    """Why a claim that lay too long (a process stopped in between) is given back instead of called."""
    parada = time.monotonic() - mesa.reclamada > settings.COBRANCA_TIMEOUT_S / 2
    return "O envio demorou a começar e voltou à fila." if parada else ""


def _parada(mensagem: Mensagem) -> str:
    """One more look right before the call: is the claim still ours, and was nothing stopped since?"""
    linha = _OLHAR.linha(
        token=mensagem.token,
        empresa=mensagem.empresa_id,
        id=mensagem.pk,
        ciclo=mensagem.ciclo_id,
        contato=mensagem.ciclo.contato_id,
    )
    if linha is None or not linha[-1]:
        return "Outro processo já cuida deste envio."
    mensagem.ciclo.status, mensagem.ciclo.contato.optout_em, mensagem.ciclo.motivo, modo, _ = linha
    if modo != _MODO.LIGADO:
        return "O envio da empresa foi desligado."
    return motivo_de_parada(mensagem)


def _registrar_parada(mesa: Mesa, mensagem: Mensagem, motivo: str) -> None:
    """Nothing was called: the message is stopped, or waits again where its ciclo may still be reminded.

    Whoever took it over meanwhile has changed its token: then there is nothing of ours to give back.
    """
    with transaction.atomic():
        atual = locks.mensagem_com_ciclo(empresa=mesa.empresa, mensagem_id=mensagem.pk)
        if atual is None or atual.token != mensagem.token:
            return
        ainda_vale = not motivo_de_parada(atual)
        atual.status = Mensagem.Status.PENDENTE if ainda_vale else Mensagem.Status.CANCELADA
        atual.erro, atual.token, atual.dia_envio = motivo[:300], None, None
        atual.incerta_em = atual.consultar_em = None
        atual.tentativas -= 1
        atual.save()
        tentativa_anotar(
            mensagem=atual, token=mensagem.token, resultado=Tentativa.Resultado.PARADA, detalhe=motivo
        )
    mesa.rodada.outras += 1
