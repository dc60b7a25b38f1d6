"""Claim, act, record: one message after another per sender, each call outside any transaction."""

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from cobranca import locks
from cobranca.gateway import Cliente, Desfecho
from cobranca.models import Ciclo, ConfiguracaoCobranca, Instancia, Mensagem, Tentativa
from cobranca.services.configuracao import configuracao_da
from cobranca.services.criacao import MOTIVO_SUPERADA
from cobranca.services.expediente import Expediente, expediente_da
from cobranca.services.instancias import cliente_da, desfecho_contar, instancia_pronta, intervalo_de
from cobranca.services.orfas import orfas_declarar_incertas
from cobranca.services.registro import desfecho_registrar, tentativa_anotar
from cobranca.services.templates import Livro, Redator, referencia_de
from nucleo.errors import restricao_violada
from nucleo.models import Empresa

logger = logging.getLogger(__name__)
POR_RODADA: Final = 100
_MODO: Final = ConfiguracaoCobranca.Modo
_TOMAR: Final = """
UPDATE cobranca_mensagem SET status = 'sending', token = %s, reclamada_em = %s, instancia_id = %s,
    dia_envio = %s, texto = %s, aviso = %s, variacao_id = %s, numero = %s, tentativas = tentativas + 1,
    incerta_em = NULL, consultar_em = NULL, erro = ''
WHERE empresa_id = %s AND id = %s"""
# Whether the claim is ours is asked of the row found by its key: as a condition it would send the planner
# into the partial index of what is in flight, where each message sent leaves a dead entry to walk over.
_OLHAR: Final = """
SELECT c.status, k.optout_em, c.motivo, g.modo,
    m.token = %s AND m.status = 'sending' AND m.incerta_em IS NULL AS nossa
FROM cobranca_mensagem m
JOIN cobranca_ciclo c ON c.id = m.ciclo_id AND c.empresa_id = m.empresa_id
JOIN cobranca_contato k ON k.id = c.contato_id AND k.empresa_id = c.empresa_id
LEFT JOIN cobranca_configuracaocobranca g ON g.empresa_id = c.empresa_id
WHERE m.empresa_id = %s AND m.id = %s"""
# No claim after this long: the task's time limit would cut a call off in the middle.
RODADA_MAXIMA_S: Final = 300
# A restart of the database takes seconds: the outcome of a call is held in hand for about a minute.
ESPERAS_DO_BANCO_S: Final = (0.2, 1, 2, 5, 10, 20, 20)


@dataclass
class Rodada:
    """What one round of one sender did."""

    enviadas: int = 0
    outras: int = 0
    motivo: str = ""

    def somar(self, outra: "Rodada") -> None:
        self.enviadas += outra.enviadas
        self.outras += outra.outras
        self.motivo = self.motivo or outra.motivo


@dataclass
class Mesa:
    """What a round needs, read once: configuration, hours, wordings, the sender and its client."""

    empresa: Empresa
    instancia: Instancia
    configuracao: ConfiguracaoCobranca
    expediente: Expediente
    redator: Redator
    cliente: Cliente
    cursor: tuple[datetime, int] | None = None
    # Monotonic moment of the last claim, from which the call's whole deadline counts.
    reclamada: float = 0.0
    rodada: Rodada = field(default_factory=Rodada)


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
        mesa = _por_a_mesa(empresa, instancia)
        inicio = time.monotonic()
        fim = inicio + (settings.COBRANCA_RODADA_S if prazo_s is None else prazo_s)
        for _ in range(limite):
            if time.monotonic() - inicio > RODADA_MAXIMA_S:
                mesa.rodada.motivo = "a rodada demorou demais"
                break
            if not _esperar_a_vez(mesa, fim) or not _uma(mesa):
                break
    return mesa.rodada


def _por_a_mesa(empresa: Empresa, instancia: Instancia) -> Mesa:
    configuracao = configuracao_da(empresa)
    return Mesa(
        empresa,
        instancia,
        configuracao,
        expediente_da(empresa, configuracao),
        Redator(empresa),
        cliente_da(instancia),
    )


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
        mensagem, seguir = _reclamar(mesa)
    except IntegrityError as exc:
        return _recusada_pelo_banco(mesa, exc)
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


def _recusada_pelo_banco(mesa: Mesa, exc: IntegrityError) -> bool:
    """The database's own guards: a sibling left today in another process, or this sender is busy."""
    nome = restricao_violada(exc)
    if nome == "cobranca_mensagem_dia_uniq":
        return True
    if nome == "cobranca_mensagem_em_voo_uniq":
        mesa.rodada.motivo = "a instância já tem uma mensagem em envio"
        return False
    raise exc


def _reclamar(mesa: Mesa) -> tuple[Mensagem | None, bool]:
    """Take the next due message, re-checking everything under its ciclo's lock.

    Return (message to send, None if there is none; whether the round goes on).
    """
    mesa.reclamada, agora = time.monotonic(), timezone.now()
    hoje = mesa.expediente.dia(agora)
    amanha = mesa.expediente.inicio(hoje + timedelta(days=1))
    with transaction.atomic():
        mensagem = locks.mensagem_a_enviar(
            empresa=mesa.empresa, agora=agora, hoje=hoje, amanha=amanha, depois_de=mesa.cursor
        )
        if mensagem is None:
            seguir, mesa.cursor = mesa.cursor is not None, None
            return None, seguir
        mesa.cursor = (mensagem.agendada_para, mensagem.pk)
        if mensagem.modo != _MODO.LIGADO:  # type: ignore[attr-defined]
            mesa.rodada.motivo = "envio desligado"
            return None, False
        if not _ainda_vale(mesa, mensagem, hoje, amanha):
            return None, True
        return _tomar(mesa, mensagem, agora), True


def _ainda_vale(mesa: Mesa, mensagem: Mensagem, hoje: date, amanha: datetime) -> bool:
    """Re-check under the lock; a message that may not leave now is put where it belongs."""
    ciclo = mensagem.ciclo
    if motivo := _motivo_de_parada(mensagem):
        mensagem.status, mensagem.erro = Mensagem.Status.CANCELADA, motivo
    elif mensagem.tipo != Mensagem.Tipo.LEMBRETE:
        return True
    elif ciclo.pausado_ate and ciclo.pausado_ate >= hoje:
        volta = mesa.expediente.inicio(ciclo.pausado_ate + timedelta(days=1))
        mensagem.agendada_para = mesa.expediente.proximo(volta)
    elif mensagem.tem_posterior or _passo_posterior_saiu(mensagem):  # type: ignore[attr-defined]
        mensagem.status = Mensagem.Status.SUBSTITUIDA
        mensagem.erro = MOTIVO_SUPERADA
    elif mensagem.ja_saiu_hoje:  # type: ignore[attr-defined]
        mensagem.agendada_para = mesa.expediente.proximo(amanha)
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


def _motivo_de_parada(mensagem: Mensagem) -> str:
    """Why a message may not leave any more; thanks and confirmations belong to ended ciclos."""
    if mensagem.tipo == Mensagem.Tipo.CONFIRMACAO:
        return ""
    if mensagem.ciclo.contato.optout_em is not None:
        return "O contato pediu para não receber mensagens."
    if mensagem.tipo == Mensagem.Tipo.LEMBRETE and mensagem.ciclo.status != Ciclo.Status.ATIVO:
        return mensagem.ciclo.motivo or "Ciclo encerrado."
    return ""


def _tomar(mesa: Mesa, mensagem: Mensagem, agora: datetime) -> Mensagem | None:
    """Write the text and make the message ours, or hold it when the text is not what the ledger says."""
    ciclo, contato = mensagem.ciclo, mensagem.ciclo.contato
    livro = livro_da(mesa.empresa, mensagem, mesa.expediente.dia(agora))
    redigida = mesa.redator.redigir(mensagem=mensagem, livro=livro)
    mensagem.texto, mensagem.aviso = redigida.texto, redigida.aviso[:200]
    mensagem.variacao_id, mensagem.numero = redigida.variacao_id, contato.telefone
    if redigida.divergencias:
        mensagem.status = Mensagem.Status.SEGURA
        mensagem.erro = " ".join(redigida.divergencias)[:300]
        mensagem.save(update_fields=["texto", "aviso", "variacao", "numero", "status", "erro"])
        logger.warning("mensagem segurada", extra={"mensagem": mensagem.pk, "ciclo": ciclo.pk})
        return None
    _marcar(mesa, mensagem, agora)
    return mensagem


def _marcar(mesa: Mesa, mensagem: Mensagem, agora: datetime) -> None:
    mensagem.status, mensagem.token = Mensagem.Status.ENVIANDO, uuid.uuid4()
    mensagem.reclamada_em, mensagem.instancia = agora, mesa.instancia
    mensagem.tentativas += 1
    if mensagem.tipo == Mensagem.Tipo.LEMBRETE:
        mensagem.dia_envio = mesa.expediente.dia(agora)
    with connection.cursor() as cursor:
        # Written by hand: compiling this update took longer than the update.
        cursor.execute(
            _TOMAR,
            [
                mensagem.token, agora, mesa.instancia.pk, mensagem.dia_envio, mensagem.texto, mensagem.aviso,
                mensagem.variacao_id, mensagem.numero, mesa.empresa.pk, mensagem.pk,
            ],
        )  # fmt: skip
    if mesa.instancia.por_minuto:
        mesa.instancia.proxima_em = agora + intervalo_de(mesa.instancia)
        mesa.instancia.save(update_fields=["proxima_em"])


def livro_da(empresa: Empresa, mensagem: Mensagem, hoje: date) -> Livro:
    """What the ledger says of this message today."""
    ciclo = mensagem.ciclo
    return Livro(
        nome=ciclo.contato.nome,
        valor=ciclo.valor,
        vencimento=ciclo.vencimento,
        hoje=hoje,
        empresa=empresa,
        orcamento=ciclo.external_billing_id,
        referencia=referencia_de(mensagem.pk),
    )


def _parada(mensagem: Mensagem) -> str:
    """One more look right before the call: is the claim still ours, and was nothing stopped since?"""
    with connection.cursor() as cursor:
        cursor.execute(_OLHAR, [mensagem.token, mensagem.empresa_id, mensagem.pk])
        linha = cursor.fetchone()
    if linha is None or not linha[-1]:
        return "Outro processo já cuida deste envio."
    mensagem.ciclo.status, mensagem.ciclo.contato.optout_em, mensagem.ciclo.motivo, modo, _ = linha
    if modo != _MODO.LIGADO:
        return "O envio da empresa foi desligado."
    return _motivo_de_parada(mensagem)


def _registrar_parada(mesa: Mesa, mensagem: Mensagem, motivo: str) -> None:
    """Nothing was called: the message is stopped, or waits again where its ciclo may still be reminded.

    Whoever took it over meanwhile has changed its token: then there is nothing of ours to give back.
    """
    with transaction.atomic():
        atual = locks.mensagem_com_ciclo(empresa=mesa.empresa, mensagem_id=mensagem.pk)
        if atual is None or atual.token != mensagem.token:
            return
        ainda_vale = not _motivo_de_parada(atual)
        atual.status = Mensagem.Status.PENDENTE if ainda_vale else Mensagem.Status.CANCELADA
        atual.erro, atual.token, atual.dia_envio = motivo[:300], None, None
        atual.incerta_em = atual.consultar_em = None
        atual.tentativas -= 1
        atual.save()
        tentativa_anotar(
            mensagem=atual, token=mensagem.token, resultado=Tentativa.Resultado.PARADA, detalhe=motivo
        )
    mesa.rodada.outras += 1
