"""Byte shapes: the bodies the real server answers, key order included, as recorded."""

from __future__ import annotations

import json
import random
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cobranca.simulador.estado import Instancia, Mensagem

FRASES = {
    200: "OK",
    201: "Created",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    500: "Internal Server Error",
    502: "Bad Gateway",
    504: "Gateway Time-out",
}
VERSAO = "2.3.6"
EVENTOS = [
    "APPLICATION_STARTUP",
    "QRCODE_UPDATED",
    "MESSAGES_SET",
    "MESSAGES_UPSERT",
    "MESSAGES_EDITED",
    "MESSAGES_UPDATE",
    "MESSAGES_DELETE",
    "SEND_MESSAGE",
    "SEND_MESSAGE_UPDATE",
    "CONTACTS_SET",
    "CONTACTS_UPSERT",
    "CONTACTS_UPDATE",
    "PRESENCE_UPDATE",
    "CHATS_SET",
    "CHATS_UPSERT",
    "CHATS_UPDATE",
    "CHATS_DELETE",
    "GROUPS_UPSERT",
    "GROUP_UPDATE",
    "GROUP_PARTICIPANTS_UPDATE",
    "CONNECTION_UPDATE",
    "LABELS_EDIT",
    "LABELS_ASSOCIATION",
    "CALL",
    "TYPEBOT_START",
    "TYPEBOT_CHANGE_STATUS",
    "REMOVE_INSTANCE",
    "LOGOUT_INSTANCE",
    "INSTANCE_CREATE",
    "INSTANCE_DELETE",
    "STATUS_INSTANCE",
]
_ALFABETO = "0123456789abcdefghijklmnopqrstuvwxyz"
_CONFIGURACAO = {
    "rejectCall": False,
    "msgCall": "",
    "groupsIgnore": False,
    "alwaysOnline": False,
    "readMessages": False,
    "readStatus": False,
    "syncFullHistory": False,
    "wavoipToken": "",
}


def em_json(dados: Any) -> bytes:
    """What JSON.stringify writes; text with half a surrogate pair is escaped, as Node does."""
    try:
        return json.dumps(dados, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(dados, separators=(",", ":")).encode()


def id_de_banco() -> str:
    """A row id that looks like a cuid."""
    return "c" + "".join(random.choices(_ALFABETO, k=24))  # noqa: S311 - an identifier, no secret


def id_de_mensagem(prefixo: str = "3EB0") -> str:
    """``3EB0`` and 18 upper-case hex digits: made at send time, not predictable by the client."""
    return prefixo + uuid.uuid4().hex[:18].upper()


def instante(momento: float) -> str:
    texto = datetime.fromtimestamp(momento, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return texto[:-3] + "Z"


def erro(status: int, mensagem: Any) -> dict[str, Any]:
    """The standard error envelope."""
    return {"status": status, "error": FRASES[status], "response": {"message": mensagem}}


def raiz(porta: int) -> dict[str, Any]:
    return {
        "status": 200,
        "message": "Welcome to the Evolution API, it is working!",
        "version": VERSAO,
        "clientName": "evolution_simulada",
        "manager": f"http://127.0.0.1:{porta}/manager",
        "documentation": "https://doc.evolution-api.com",
        "whatsappWebVersion": "2.3000.1027934701",
    }


def enviada(mensagem: Mensagem, instancia: Instancia) -> dict[str, Any]:
    """The 201 of sendText, and the data of the send.message event."""
    segundos = int(mensagem.em)
    return {
        "key": {"remoteJid": mensagem.jid, "fromMe": True, "id": mensagem.id},
        "pushName": "Você",
        "status": "PENDING",
        "message": {"conversation": mensagem.texto},
        "contextInfo": {
            "mentionedJid": [],
            "groupMentions": [],
            "ephemeralSettingTimestamp": _longo(segundos - 172_800),
            "disappearingMode": {"initiator": 0},
        },
        "messageType": "conversation",
        "messageTimestamp": segundos,
        "instanceId": instancia.id,
        "source": "web",
    }


def _longo(valor: int) -> dict[str, Any]:
    return {"low": valor, "high": 0, "unsigned": False}


def chave_recebida(mensagem: Mensagem) -> dict[str, Any]:
    chave: dict[str, Any] = {
        "remoteJid": mensagem.jid,
        "fromMe": mensagem.de_mim,
        "id": mensagem.id,
        "participant": "",
    }
    if mensagem.alternativo:
        chave["remoteJidAlt"] = mensagem.alternativo
    chave["addressingMode"] = "lid" if mensagem.alternativo else "pn"
    return chave


def recebida(mensagem: Mensagem, instancia: Instancia) -> dict[str, Any]:
    """The data of messages.upsert for an inbound text."""
    dados: dict[str, Any] = {"key": chave_recebida(mensagem), "pushName": mensagem.nome}
    if not mensagem.de_mim:
        dados["status"] = "DELIVERY_ACK"
    return dados | {
        "message": {"conversation": mensagem.texto},
        "messageType": "conversation",
        "messageTimestamp": int(mensagem.em),
        "instanceId": instancia.id,
        "source": mensagem.origem,
    }


def registro_de_mensagem(mensagem: Mensagem, instancia: Instancia, estados: list[str]) -> dict[str, Any]:
    """One record of findMessages: no status field, the state is in MessageUpdate."""
    if mensagem.por_api:
        chave = {"id": mensagem.id, "fromMe": True, "remoteJid": mensagem.jid}
    else:
        recebidas = chave_recebida(mensagem)
        chave = {c: recebidas[c] for c in ("id", "fromMe", "remoteJid", "participant")}
        chave |= {c: recebidas[c] for c in ("remoteJidAlt", "addressingMode") if c in recebidas}
    contexto = None
    if mensagem.por_api:
        contexto = {
            "mentionedJid": [],
            "groupMentions": [],
            "disappearingMode": {"initiator": 0},
            "ephemeralSettingTimestamp": _longo(int(mensagem.em) - 172_800),
        }
    return {
        "id": mensagem.id_banco,
        "key": chave,
        "pushName": "Você" if mensagem.por_api else mensagem.nome,
        "messageType": "conversation",
        "message": {"conversation": mensagem.texto},
        "messageTimestamp": int(mensagem.em),
        "instanceId": instancia.id,
        "source": mensagem.origem,
        "contextInfo": contexto,
        "MessageUpdate": [{"status": estado} for estado in estados],
    }


def atualizacao(mensagem: Mensagem, instancia: Instancia, estado: str) -> dict[str, Any]:
    """The data of messages.update: the message is named by keyId, not under key."""
    return {
        "keyId": mensagem.id,
        "remoteJid": mensagem.jid,
        "fromMe": True,
        "status": estado,
        "instanceId": instancia.id,
        "messageId": mensagem.id_banco,
    }


def linha_de_estado(mensagem: Mensagem, instancia: Instancia, estado: str, ordem: int) -> dict[str, Any]:
    """One row of findStatusMessage."""
    return {
        "id": f"{mensagem.id_banco[:-1]}{_ALFABETO[ordem]}",
        "keyId": mensagem.id,
        "remoteJid": mensagem.jid,
        "fromMe": True,
        "participant": None,
        "pollUpdates": None,
        "status": estado,
        "messageId": mensagem.id_banco,
        "instanceId": instancia.id,
    }


def instancia_listada(instancia: Instancia, estado: str) -> dict[str, Any]:
    """One entry of fetchInstances; the token is in clear, as in the real one."""
    criada = instante(instancia.criada_em)
    aberta = estado == "open"
    return {
        "id": instancia.id,
        "name": instancia.nome,
        "connectionStatus": estado,
        "ownerJid": instancia.dono if aberta else None,
        "profileName": "Empresa Teste" if aberta else None,
        "profilePicUrl": None,
        "integration": "WHATSAPP-BAILEYS",
        "number": None,
        "businessId": None,
        "token": instancia.token,
        "clientName": "evolution_simulada",
        "disconnectionReasonCode": None,
        "disconnectionObject": None,
        "disconnectionAt": None,
        "createdAt": criada,
        "updatedAt": criada,
        "Chatwoot": None,
        "Proxy": None,
        "Rabbitmq": None,
        "Nats": None,
        "Sqs": None,
        "Websocket": None,
        "Setting": {"id": instancia.id_banco}
        | _CONFIGURACAO
        | {"createdAt": criada, "updatedAt": criada, "instanceId": instancia.id},
        "_count": {"Message": len(instancia.mensagens), "Contact": 0, "Chat": 0},
    }


def instancia_criada(instancia: Instancia, estado: str) -> dict[str, Any]:
    """The 201 of instance/create."""
    webhook: dict[str, Any] = {}
    if instancia.webhook:
        webhook = {
            "webhookUrl": instancia.webhook["url"],
            "webhookHeaders": instancia.webhook["headers"],
            "webhookByEvents": instancia.webhook["webhookByEvents"],
            "webhookBase64": instancia.webhook["webhookBase64"],
        }
    return {
        "instance": {
            "instanceName": instancia.nome,
            "instanceId": instancia.id,
            "integration": "WHATSAPP-BAILEYS",
            "webhookWaBusiness": None,
            "accessTokenWaBusiness": "",
            "status": estado,
        },
        "hash": instancia.token,
        "webhook": webhook,
        "websocket": {},
        "rabbitmq": {},
        "nats": {},
        "sqs": {},
        "settings": dict(_CONFIGURACAO),
    }


def boom(status: int, mensagem: str, dados: int | None = None) -> dict[str, Any]:
    """The serialised error whatsappNumbers answers instead of the envelope."""
    frase = {428: "Precondition Required", 429: "Too Many Requests"}[status]
    carga = {"statusCode": status, "error": frase, "message": mensagem}
    saida = {"statusCode": status, "payload": carga, "headers": {}}
    return {"data": dados, "isBoom": True, "isServer": False, "output": saida}
