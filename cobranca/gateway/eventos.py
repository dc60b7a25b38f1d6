"""Webhook payloads: from the gateway's envelope to a typed event. Pure, safe for anything that is JSON."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cobranca.gateway.telefones import telefone_do_jid
from cobranca.gateway.tempo import momento_de

PALAVRAS_DE_SAIDA = frozenset({"sair", "parar", "cancelar"})
ORDEM_DOS_ESTADOS = {"ERROR": 0, "PENDING": 1, "SERVER_ACK": 2, "DELIVERY_ACK": 3, "READ": 4, "PLAYED": 5}
_SITUACAO = {"ERROR": "failed", "DELIVERY_ACK": "delivered", "READ": "read", "PLAYED": "read"}
# Keys whose value lets somebody act as the instance: its token, and what pairs a phone with it.
_CHAVES_SECRETAS = frozenset(
    {
        "apikey",
        "token",
        "hash",
        "authorization",
        "jwt_key",
        "qrcode",
        "pairingcode",
        "base64",
        "accesstokenwabusiness",
    }
)
_FUNDO = 40
CURTO = 200
TEXTO_MAXIMO = 65_536


class EventoInvalido(ValueError):
    """A payload that is no event of the gateway; the text is Portuguese and names what is wrong."""


@dataclass(frozen=True, slots=True)
class Entrega:
    """WhatsApp reports on a message of ours. Match by ``key_id``: ``remote_jid`` can be an unrelated @lid."""

    instancia: str
    key_id: str
    status: str
    remote_jid: str

    @property
    def ordem(self) -> int:
        return ORDEM_DOS_ESTADOS[self.status]

    @property
    def situacao(self) -> str:
        """The product's word: ``delivered``, ``read``, ``failed``, or "" for a state that changes nothing."""
        return _SITUACAO.get(self.status, "")


@dataclass(frozen=True, slots=True)
class MensagemRecebida:
    """A text that arrived; with ``de_mim`` it was typed on the company's own phone."""

    instancia: str
    id: str
    telefone: str  # digits with country code, "" when WhatsApp did not tell it
    remote_jid: str
    texto: str
    de_mim: bool
    grupo: bool
    nome: str
    em: datetime | None
    responde_a: str  # key id of the message quoted, or ""

    @property
    def pede_saida(self) -> bool:
        """The customer, in a talk with us alone, wrote nothing but an opt-out word."""
        return not self.de_mim and not self.grupo and e_pedido_de_saida(self.texto)


@dataclass(frozen=True, slots=True)
class Conexao:
    instancia: str
    estado: str  # open | connecting | close | refused
    motivo: int | None  # 401: logged out on the phone
    telefone: str


@dataclass(frozen=True, slots=True)
class Enviada:
    """A message sent through the API was stored: proof that it left, even if its answer was lost."""

    instancia: str
    key_id: str
    remote_jid: str
    telefone: str
    texto: str
    em: datetime | None


@dataclass(frozen=True, slots=True)
class Ignorado:
    """A valid event the product has no use for."""

    instancia: str
    evento: str


Evento = Entrega | MensagemRecebida | Conexao | Enviada | Ignorado


def ler_evento(payload: Any) -> Evento:
    """The typed event of one envelope. Raises EventoInvalido; costs no more than the payload's size."""
    if not isinstance(payload, dict):
        raise EventoInvalido("o corpo do webhook deve ser um objeto JSON")
    evento, instancia = payload.get("event"), payload.get("instance")
    if not isinstance(evento, str) or not evento:
        raise EventoInvalido("event: campo obrigatório")
    if not isinstance(instancia, str) or not instancia:
        raise EventoInvalido("instance: campo obrigatório")
    nome = evento.lower().replace("_", ".")[:CURTO]
    leitor = _LEITORES.get(nome)
    if leitor is None:
        return Ignorado(instancia[:CURTO], nome)
    dados = payload.get("data")
    if not isinstance(dados, dict):
        raise EventoInvalido("data: deve ser um objeto")
    lido: Evento = leitor(instancia[:CURTO], dados)
    return lido


def _entrega(instancia: str, dados: dict[str, Any]) -> Evento:
    key_id = _texto(dados, "keyId")
    if not key_id:
        raise EventoInvalido("data.keyId: campo obrigatório")
    status = _texto(dados, "status").upper()
    if status not in ORDEM_DOS_ESTADOS or dados.get("fromMe") is False:
        return Ignorado(instancia, "messages.update")
    return Entrega(instancia, key_id, status, _texto(dados, "remoteJid"))


def _recebida(instancia: str, dados: dict[str, Any]) -> Evento:
    chave = _objeto(dados, "key")
    identificador, remoto = _texto(chave, "id"), _texto(chave, "remoteJid")
    if not identificador or not remoto:
        raise EventoInvalido("data.key: id e remoteJid são obrigatórios")
    texto = _texto_da_mensagem(_objeto(dados, "message"))
    return MensagemRecebida(
        instancia=instancia,
        id=identificador,
        telefone=telefone_do_jid(remoto) or telefone_do_jid(_texto(chave, "remoteJidAlt")),
        remote_jid=remoto,
        texto=texto,
        de_mim=chave.get("fromMe") is True,
        grupo=remoto.endswith(("@g.us", "@broadcast", "@newsletter")),
        nome=_texto(dados, "pushName"),
        em=momento_de(dados.get("messageTimestamp")),
        responde_a=_texto(_objeto(dados, "contextInfo"), "stanzaId"),
    )


def _texto_da_mensagem(mensagem: dict[str, Any]) -> str:
    """The words of the message, also where they come as a button or a list answer."""
    candidatos = (
        mensagem.get("conversation"),
        _objeto(mensagem, "extendedTextMessage").get("text"),
        _objeto(mensagem, "buttonsResponseMessage").get("selectedDisplayText"),
        _objeto(mensagem, "templateButtonReplyMessage").get("selectedDisplayText"),
        _objeto(mensagem, "listResponseMessage").get("title"),
    )
    return next((c[:TEXTO_MAXIMO] for c in candidatos if isinstance(c, str) and c), "")


def _enviada(instancia: str, dados: dict[str, Any]) -> Evento:
    chave = _objeto(dados, "key")
    key_id, remoto = _texto(chave, "id"), _texto(chave, "remoteJid")
    if not key_id:
        raise EventoInvalido("data.key.id: campo obrigatório")
    return Enviada(
        instancia,
        key_id,
        remoto,
        telefone_do_jid(remoto),
        _texto_da_mensagem(_objeto(dados, "message")),
        momento_de(dados.get("messageTimestamp")),
    )


def _conexao(instancia: str, dados: dict[str, Any]) -> Evento:
    motivo = dados.get("statusReason")
    return Conexao(
        instancia,
        _texto(dados, "state").lower(),
        motivo if isinstance(motivo, int) and not isinstance(motivo, bool) else None,
        telefone_do_jid(_texto(dados, "wuid")),
    )


def _situacao(instancia: str, dados: dict[str, Any]) -> Evento:
    """status.instance: sent beside the final connection.update, and alone for some disconnects."""
    motivo = dados.get("disconnectionReasonCode")
    if _texto(dados, "status").lower() not in ("closed", "close"):
        return Ignorado(instancia, "status.instance")
    return Conexao(instancia, "close", motivo if isinstance(motivo, int) else None, "")


_LEITORES = {
    "messages.update": _entrega,
    "messages.upsert": _recebida,
    "send.message": _enviada,
    "connection.update": _conexao,
    "status.instance": _situacao,
}


def _objeto(dados: dict[str, Any], campo: str) -> dict[str, Any]:
    valor = dados.get(campo)
    return valor if isinstance(valor, dict) else {}


def _texto(dados: dict[str, Any], campo: str) -> str:
    valor = dados.get(campo)
    return valor[:CURTO] if isinstance(valor, str) else ""


def e_pedido_de_saida(texto: str) -> bool:
    """Whether the whole message is SAIR, PARAR or CANCELAR; case, accents, punctuation, spaces are free."""
    if len(texto) > CURTO:
        return False
    plano = unicodedata.normalize("NFKD", texto.casefold())
    return "".join(c for c in plano if c.isalnum()) in PALAVRAS_DE_SAIDA


def sem_segredos(payload: Any) -> Any:
    """A copy fit to store and log: instance tokens and pairing codes gone, wherever they stand.

    Also takes out what PostgreSQL's jsonb refuses (NUL, half surrogate pairs) and cuts absurd nesting, so
    that storing an event first can never fail because of what is in it.
    """
    segredo = payload.get("apikey") if isinstance(payload, dict) else None
    return _limpo(payload, segredo if isinstance(segredo, str) and len(segredo) >= 4 else None, 0)


def _limpo(valor: Any, segredo: str | None, nivel: int) -> Any:
    if isinstance(valor, str):
        texto = valor.replace("\x00", "").encode("utf-8", "replace").decode()
        return texto.replace(segredo, "***") if segredo and segredo in texto else texto
    if nivel >= _FUNDO:
        return None if isinstance(valor, dict | list) else valor
    if isinstance(valor, dict):
        return {
            _limpo(str(chave), segredo, nivel): _limpo(item, segredo, nivel + 1)
            for chave, item in valor.items()
            if str(chave).lower() not in _CHAVES_SECRETAS
        }
    if isinstance(valor, list):
        return [_limpo(item, segredo, nivel + 1) for item in valor]
    if isinstance(valor, float) and (valor != valor or valor in (float("inf"), float("-inf"))):
        return None  # json.loads reads NaN and Infinity; jsonb does not
    return valor
