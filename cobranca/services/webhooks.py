"""The gateway's events: stored first, processed later, once each and in any order."""

import hashlib
import json
import logging
import secrets
from datetime import timedelta
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from cobranca import locks
from cobranca.gateway import EventoInvalido, ler_evento, sem_segredos
from cobranca.gateway.eventos import Conexao, Entrega, Enviada, Evento, MensagemRecebida
from cobranca.models import EventoRecebido, Instancia, Mensagem
from cobranca.services.cifra import decifrar
from cobranca.services.contatos import optout_registrar
from cobranca.services.referencias import ids_das_referencias
from cobranca.services.registro import saida_confirmar, tentativa_anotar
from nucleo.ator import Ator
from nucleo.models import Empresa
from nucleo.telefones import chave_telefone, mesmo_telefone
from nucleo.textos import contados

logger = logging.getLogger(__name__)
POR_RODADA: Final = 500
# A receipt may come before the answer it belongs to was recorded; after a day it belongs to nobody.
PACIENCIA: Final = timedelta(hours=24)
GUARDAR_DIAS: Final = 30
_ATOR = Ator("WhatsApp")
_ESPERA_S: Final = (5, 15, 60, 300, 1800)


class DeNovo(Exception):
    """The event cannot be settled yet; the text says what it waits for."""


def instancia_do_webhook(*, codigo: str, segredo: str) -> tuple[int, int] | bool | None:
    """Return (empresa_id, instancia_id) for the right secret, False for a wrong one, None for no such code.

    Works before there is a scope: the database function shows one row for one code.
    """
    if "\x00" in codigo:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, empresa_id, segredo_cifrado FROM cobranca_instancia_por_codigo(%s)", [codigo]
        )
        linha = cursor.fetchone()
    if linha is None:
        return None
    if not secrets.compare_digest(decifrar(linha[2]).encode(), segredo.encode("utf-8", "replace")):
        return False
    return linha[1], linha[0]


def evento_guardar(*, empresa_id: int, instancia_id: int, payload: Any) -> None:
    """Store one event, without the tokens it carries; the same body again is stored once."""
    limpo = sem_segredos(payload)
    nome = limpo.get("event") if isinstance(limpo, dict) else None
    resumo = hashlib.sha256(json.dumps(limpo, sort_keys=True).encode()).hexdigest()
    EventoRecebido.objects.bulk_create(
        [
            EventoRecebido(
                empresa_id=empresa_id,
                instancia_id=instancia_id,
                evento=str(nome or "")[:60],
                resumo=resumo,
                dados=limpo,
            )
        ],
        ignore_conflicts=True,
    )


def eventos_processar(*, empresa: Empresa, limite: int = POR_RODADA) -> int:
    """Process what is due of the inbox, one event per transaction; return how many.

    Several processes may run it at once: an event that one has is skipped by the others.
    """
    for feitos in range(limite):
        with transaction.atomic():
            evento = locks.evento_a_processar(empresa=empresa, agora=timezone.now())
            if evento is None:
                return feitos
            _processar_ou_adiar(empresa, evento)
            evento.save(update_fields=["processado_em", "tentar_em", "tentativas", "resultado"])
    return limite


def _processar_ou_adiar(empresa: Empresa, evento: EventoRecebido) -> None:
    """The worker's edge: an event that our own code stumbles over must not stop those behind it."""
    evento.tentativas += 1
    try:
        with transaction.atomic():
            _processar(empresa, evento)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("evento não processado", extra={"evento": evento.pk})
        evento.processado_em = None
        evento.tentar_em = timezone.now() + timedelta(seconds=_ESPERA_S[-1])
        evento.resultado = "erro interno; será tentado de novo"


def _processar(empresa: Empresa, evento: EventoRecebido) -> None:
    try:
        resultado = _aplicar(empresa, evento)
    except EventoInvalido as exc:
        resultado = f"inválido: {exc}"
    except DeNovo as exc:
        if timezone.now() - evento.recebido_em < PACIENCIA:
            evento.resultado = f"aguardando: {exc}"[:200]
            espera = _ESPERA_S[min(evento.tentativas - 1, len(_ESPERA_S) - 1)]
            evento.tentar_em = timezone.now() + timedelta(seconds=espera)
            return
        resultado = f"desistiu: {exc}"
    evento.processado_em, evento.resultado = timezone.now(), resultado[:200]


def _aplicar(empresa: Empresa, evento: EventoRecebido) -> str:
    lido: Evento = ler_evento(evento.dados)
    if lido.instancia != evento.instancia.nome:
        return "a instância do evento não é a do endereço"
    match lido:
        case Entrega():
            return _entrega(empresa, lido)
        case Enviada():
            return _enviada(empresa, lido)
        case MensagemRecebida():
            return _recebida(empresa, lido)
        case Conexao():
            return _conexao(evento.instancia, lido)
    return "sem uso"


def _entrega(empresa: Empresa, lido: Entrega) -> str:
    """Delivery states only go forward, in whatever order they come."""
    if not lido.situacao:
        return "sem mudança"
    ids = Mensagem.objects.filter(empresa=empresa, provider_id=lido.key_id).values_list("pk", flat=True)
    achada = ids.first()
    if achada is None:
        raise DeNovo("mensagem ainda não registrada")
    mensagem = locks.mensagem_com_ciclo(empresa=empresa, mensagem_id=achada)
    if mensagem is None or mensagem.status not in _ANTES[lido.situacao]:
        return "sem mudança"
    agora = timezone.now()
    mensagem.status = lido.situacao
    if lido.situacao == Mensagem.Status.FALHOU:
        mensagem.erro = "O WhatsApp recusou a mensagem depois de aceitá-la."
    else:
        mensagem.entregue_em = mensagem.entregue_em or agora
        mensagem.lida_em = agora if lido.situacao == Mensagem.Status.LIDA else mensagem.lida_em
    mensagem.save(update_fields=["status", "erro", "entregue_em", "lida_em"])
    return lido.situacao


_ANTES = {
    "failed": (Mensagem.Status.ENVIADA,),
    "delivered": (Mensagem.Status.ENVIADA,),
    "read": (Mensagem.Status.ENVIADA, Mensagem.Status.ENTREGUE),
}


def _enviada(empresa: Empresa, lido: Enviada) -> str:
    """The gateway stored a message of ours: proof that it left, even if the answer was lost."""
    mensagem = _da_referencia(empresa, lido)
    if mensagem is None:
        return "não é de um ciclo"
    if mensagem.provider_id == lido.key_id:
        return "já registrada"
    if mensagem.status == Mensagem.Status.ENVIANDO and mensagem.incerta_em is None:
        raise DeNovo("a resposta do envio ainda está a caminho")
    if mensagem.status in Mensagem.SAIU:
        detalhe = f"A mesma mensagem saiu outra vez ({lido.key_id})."
        tentativa_anotar(mensagem=mensagem, resultado="found", detalhe=detalhe)
        logger.error("mensagem saiu duas vezes", extra={"mensagem": mensagem.pk})
        return "saiu outra vez"
    saida_confirmar(
        empresa=empresa,
        mensagem_id=mensagem.pk,
        provider_id=lido.key_id,
        numero_usado=lido.remote_jid,
        em=lido.em or timezone.now(),
        detalhe="O gateway avisou que saiu.",
    )
    return "saída confirmada"


def _da_referencia(empresa: Empresa, lido: Enviada) -> Mensagem | None:
    candidatas = Mensagem.objects.filter(empresa=empresa, pk__in=ids_das_referencias(lido.texto))
    for mensagem in candidatas:
        # A customer may quote a reference in another chat: number and reference must agree.
        if not lido.telefone or mesmo_telefone(mensagem.numero, lido.telefone):
            return mensagem
    return None


def _recebida(empresa: Empresa, lido: MensagemRecebida) -> str:
    if not lido.pede_saida:
        return "mensagem recebida"
    chave = chave_telefone(lido.telefone) if lido.telefone else _chave_pela_resposta(empresa, lido)
    if not chave:
        return "pedido de parada sem telefone conhecido"
    novos = optout_registrar(
        empresa=empresa, ator=_ATOR, chave_fone=chave, motivo=f"Respondeu {lido.texto.strip()[:20]}."
    )
    return f"parada registrada para {contados(novos, 'contato', 'contatos')}"


def _chave_pela_resposta(empresa: Empresa, lido: MensagemRecebida) -> str | None:
    """WhatsApp may hide the number; a reply still names the message it answers."""
    if not lido.responde_a:
        return None
    numeros = Mensagem.objects.filter(empresa=empresa, provider_id=lido.responde_a)
    numero = numeros.values_list("numero", flat=True).first()
    return chave_telefone(numero) if numero else None


def _conexao(instancia: Instancia, lido: Conexao) -> str:
    """A connection state is a hint: `open` is checked before it is believed, anything else stops sending."""
    aberta = lido.estado == Instancia.Estado.ABERTA
    estado = lido.estado if lido.estado in Instancia.Estado.values else Instancia.Estado.DESCONHECIDO
    agora = timezone.now()
    campos: dict[str, Any] = {"estado": estado, "verificada_em": None if aberta else agora}
    if not aberta:
        campos |= {"sadia": False, "doente_desde": instancia.doente_desde or agora}
        campos["motivo"] = "A instância não está conectada ao WhatsApp."
    Instancia.objects.filter(pk=instancia.pk).update(**campos)
    return f"conexão {lido.estado}"


def eventos_limpar(*, empresa: Empresa) -> int:
    """Forget processed events after a month; return how many."""
    limite = timezone.now() - timedelta(days=GUARDAR_DIAS)
    velhos = EventoRecebido.objects.filter(
        Q(processado_em__isnull=False), empresa=empresa, recebido_em__lt=limite
    )
    return velhos.delete()[0]
