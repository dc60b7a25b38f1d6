"""One instance of the gateway over HTTP: keep-alive, bounded in time and size, never inside a transaction."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpcore
import httpx
from django.db import connections

from cobranca.gateway.classificacao import classificar
from cobranca.gateway.errors import ErroDoGateway, GatewayEmTransacao
from cobranca.gateway.eventos import ORDEM_DOS_ESTADOS
from cobranca.gateway.referencias import contem_referencia
from cobranca.gateway.telefones import formas_do_numero, so_digitos, telefone_do_jid
from cobranca.gateway.tempo import momento_de
from cobranca.gateway.tipos import Achada, Desfecho, EstadoDaInstancia, NumeroConsultado, RespostaBruta
from cobranca.gateway.transporte import Prazo, conexoes_com_prazo

CONEXAO_S = 10.0
CONSULTA_S = 30.0  # calls other than a send never wait longer than this
OCIOSA_S = (
    4.0  # the server hangs up after five idle seconds: we let go first, or a send would meet a dead socket
)
CORPO_MAXIMO = 8 * 1024 * 1024
PAGINA = 50
PAGINAS_MAXIMAS = 20
FOLGA_S = 86_400  # the two clocks need not agree; the reference decides, the window only bounds the pages
FALHAS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
EVENTOS = (
    "CONNECTION_UPDATE",
    "SEND_MESSAGE",
    "MESSAGES_UPDATE",
    "MESSAGES_UPSERT",
    "STATUS_INSTANCE",
    "LOGOUT_INSTANCE",
    "REMOVE_INSTANCE",
    "INSTANCE_DELETE",
)


class Cliente:
    """Speaks to one instance with one key. Lives as long as the process; threads may share it, forks not."""

    def __init__(self, *, url: str, instancia: str, chave: str, timeout_s: float = 90.0) -> None:
        self._url = _endereco(url)
        if not (chave.isascii() and chave.isprintable()):
            raise ErroDoGateway("chave_invalida", "A chave da instância é inválida.", configuracao=True)
        self.instancia = instancia
        self._nome = quote(instancia, safe="")
        self._chave = chave
        self._timeout_s = timeout_s
        self._prazo = Prazo()
        self._conexoes = conexoes_com_prazo(self._prazo, ociosa_s=OCIOSA_S)
        self._cabecalhos = [
            (b"Host", self._url.netloc),
            (b"apikey", chave.encode()),
            (b"Accept", b"application/json"),
            (b"Accept-Encoding", b"identity"),
        ]

    def __repr__(self) -> str:
        return f"Cliente(instancia={self.instancia!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, tipo: type[BaseException] | None, erro: BaseException | None, onde: TracebackType | None
    ) -> None:
        self.fechar()

    def fechar(self) -> None:
        self._conexoes.close()

    # -- sending -----------------------------------------------------------------------------------------

    def enviar_texto(self, *, numero: str, texto: str, ate: float | None = None) -> Desfecho:
        """Sends one text and says what happened; never raises for what the network or the server does.

        One request, no retry: the gateway has no idempotency. Takes ``timeout_s`` seconds at most, and is
        over by ``ate`` (monotonic): a process that was stopped on the way writes nothing after it.
        ``numero`` is 55 + DDD + number. Raises GatewayEmTransacao inside an open transaction.
        """
        corpo = {"number": so_digitos(numero), "text": texto, "linkPreview": False}
        try:
            resposta = self._pedir(
                "POST", f"/message/sendText/{self._nome}", corpo, prazo_s=self._timeout_s, ate=ate
            )
        except FALHAS as erro:
            return classificar(erro)
        desfecho = classificar(resposta)
        if self._chave and self._chave in desfecho.detalhe:
            return replace(desfecho, detalhe=desfecho.detalhe.replace(self._chave, "***"))
        return desfecho

    # -- asking ------------------------------------------------------------------------------------------

    def estado_da_conexao(self) -> str:
        """``open``, ``connecting``, ``close`` or ``""`` (not loaded yet). In-memory at the server."""
        dados = self._consultar("GET", f"/instance/connectionState/{self._nome}")
        estado = _dicionario(_dicionario(dados).get("instance")).get("state", "")
        return estado if isinstance(estado, str) else ""

    def buscar_instancia(self) -> EstadoDaInstancia:
        """The instance as the server's database knows it: an answer proves that the database works."""
        dados = self._consultar("GET", f"/instance/fetchInstances?instanceName={self._nome}")
        for item in dados if isinstance(dados, list) else []:
            if isinstance(item, dict) and item.get("name") == self.instancia:
                motivo = item.get("disconnectionReasonCode")
                return EstadoDaInstancia(
                    nome=self.instancia,
                    estado=str(item.get("connectionStatus") or ""),
                    telefone=telefone_do_jid(str(item.get("ownerJid") or "")),
                    nome_do_perfil=str(item.get("profileName") or "")[:200],
                    motivo_da_queda=motivo if isinstance(motivo, int) else None,
                )
        raise ErroDoGateway(
            "instancia_desconhecida", "O gateway não conhece esta instância.", configuracao=True
        )

    def numeros_no_whatsapp(self, *, numeros: Sequence[str]) -> list[NumeroConsultado]:
        """Whether each number is on WhatsApp, and its canonical address. A 400 here is about the instance."""
        unicos = list(dict.fromkeys(so_digitos(numero) for numero in numeros))
        if not unicos:
            return []
        dados = self._consultar("POST", f"/chat/whatsappNumbers/{self._nome}", {"numbers": unicos})
        if not isinstance(dados, list):
            raise _incompreensivel()
        itens = [item for item in dados if isinstance(item, dict)]
        return [
            NumeroConsultado(
                str(item.get("number", "")), item.get("exists") is True, str(item.get("jid", ""))
            )
            for item in itens
        ]

    def buscar_mensagem_por_referencia(
        self,
        *,
        numero: str,
        referencia: str,
        de: datetime,
        ate: datetime,
        remote_jid: str = "",
    ) -> Achada | None:
        """Our own message to ``numero`` with ``referencia`` in it, stored between ``de`` and ``ate`` (aware).

        A hit proves that it left. None proves nothing: the row may be lost, or not be written yet.
        Raises ErroDoGateway when the look-up itself was impossible: then there is no answer at all.
        """
        if not referencia:
            raise ValueError("referencia vazia acharia qualquer mensagem")
        jids = [f"{forma}@s.whatsapp.net" for forma in formas_do_numero(numero)]
        if remote_jid:
            jids.insert(0, remote_jid)
        for jid in dict.fromkeys(jids):
            for registro in self._mensagens_para(jid, de=de, ate=ate):
                if achada := _conferir(registro, referencia):
                    return achada
        return None

    def _mensagens_para(self, jid: str, *, de: datetime, ate: datetime) -> Iterable[dict[str, Any]]:
        """All pages. The caller compares again: filters unknown to the server are silently dropped there."""
        onde = {
            "key": {"remoteJid": jid, "fromMe": True},
            "messageTimestamp": {
                "gte": _iso(de.timestamp() - FOLGA_S),
                "lte": _iso(ate.timestamp() + FOLGA_S),
            },
        }
        for pagina in range(1, PAGINAS_MAXIMAS + 1):
            corpo = {"where": onde, "page": pagina, "offset": PAGINA}
            dados = self._consultar("POST", f"/chat/findMessages/{self._nome}", corpo)
            mensagens = _dicionario(dados).get("messages")
            registros = mensagens.get("records") if isinstance(mensagens, dict) else None
            if not isinstance(mensagens, dict) or not isinstance(registros, list):
                raise _incompreensivel()
            yield from (registro for registro in registros if isinstance(registro, dict))
            paginas = mensagens.get("pages")
            if not isinstance(paginas, int) or pagina >= paginas:
                return
        raise ErroDoGateway("busca_longa_demais", "Há mensagens demais neste período para conferir o envio.")

    def configurar_webhook(
        self, *, url: str, cabecalhos: dict[str, str], eventos: Sequence[str] = EVENTOS
    ) -> None:
        """Points the instance's events at ``url`` with the secret headers given."""
        webhook = {
            "enabled": True,
            "url": url,
            "headers": cabecalhos,
            "byEvents": False,
            "base64": False,
            "events": list(eventos),
        }
        dados = self._consultar("POST", f"/webhook/set/{self._nome}", {"webhook": webhook})
        if _dicionario(dados).get("url") != url:
            raise _incompreensivel()

    # -- the wire ----------------------------------------------------------------------------------------

    def _consultar(self, metodo: str, caminho: str, corpo: Any = None) -> Any:
        try:
            prazo_s = min(CONSULTA_S, self._timeout_s)
            resposta = self._pedir(metodo, caminho, corpo, prazo_s=prazo_s)
        except httpcore.TimeoutException as erro:
            raise ErroDoGateway("sem_resposta_no_prazo", "O gateway não respondeu no prazo.") from erro
        except FALHAS as erro:
            motivo = "Não foi possível conectar ao gateway."
            raise ErroDoGateway("sem_conexao_com_gateway", motivo) from erro
        if not 200 <= resposta.status < 300:
            raise _da_recusa(resposta)
        try:
            return json.loads(resposta.corpo) if resposta.inteira else None
        except (ValueError, RecursionError) as erro:
            raise _incompreensivel() from erro

    def _pedir(
        self, metodo: str, caminho: str, corpo: Any, *, prazo_s: float, ate: float | None = None
    ) -> RespostaBruta:
        exigir_fora_de_transacao()
        conteudo, cabecalhos = b"", self._cabecalhos
        if corpo is not None:
            # ASCII escapes: a lone surrogate in a text would not encode as UTF-8 and must not raise here.
            conteudo = json.dumps(corpo, separators=(",", ":")).encode()
            tamanho = str(len(conteudo)).encode()
            cabecalhos = [
                *cabecalhos,
                (b"Content-Type", b"application/json"),
                (b"Content-Length", tamanho),
            ]
        alvo = self._url.raw_path.rstrip(b"/") + caminho.encode()
        url = httpcore.URL(
            scheme=self._url.raw_scheme, host=self._url.raw_host, port=self._url.port, target=alvo
        )
        limites = {"connect": min(CONEXAO_S, prazo_s), "read": prazo_s, "write": prazo_s, "pool": prazo_s}
        fim = time.monotonic() + prazo_s
        self._prazo.fim = fim if ate is None else min(fim, ate)
        try:
            with self._conexoes.stream(
                metodo, url, headers=cabecalhos, content=conteudo or None, extensions={"timeout": limites}
            ) as resposta:
                return _ler_ate(resposta, CORPO_MAXIMO)
        finally:
            self._prazo.fim = None


def _endereco(url: str) -> httpx.URL:
    try:
        lida = httpx.URL(url)
        lida.raw_host.decode("ascii").encode("idna")  # the resolver would raise this in the middle of a send
    except (httpx.InvalidURL, UnicodeError):
        lida = httpx.URL("")
    if lida.scheme not in ("http", "https") or not lida.host or not 0 < (lida.port or 80) < 65536:
        raise ErroDoGateway("endereco_invalido", "O endereço do gateway é inválido.", configuracao=True)
    return lida.copy_with(query=None, fragment=None)


def exigir_fora_de_transacao() -> None:
    """Refuses to go on inside an open transaction; pytest's own test-case transaction does not count."""
    for conexao in connections.all(initialized_only=True):
        if any(not getattr(bloco, "_from_testcase", False) for bloco in conexao.atomic_blocks):
            raise GatewayEmTransacao("o gateway não pode ser chamado dentro de uma transação aberta")


def _ler_ate(resposta: httpcore.Response, maximo: int) -> RespostaBruta:
    partes: list[bytes] = []
    lidos = 0
    for parte in resposta.iter_stream():
        partes.append(parte)
        lidos += len(parte)
        if lidos > maximo:
            return RespostaBruta(resposta.status, b"".join(partes)[:maximo], inteira=False)
    return RespostaBruta(resposta.status, b"".join(partes))


def _da_recusa(resposta: RespostaBruta) -> ErroDoGateway:
    desfecho = classificar(resposta)
    if resposta.status == 400:
        # whatsappNumbers answers 400 without the envelope when the instance is closed: never "number bad".
        motivo = "A instância não está conectada ao WhatsApp ou recusou a consulta."
        return ErroDoGateway("consulta_recusada", motivo, desconectada=b"Connection Closed" in resposta.corpo)
    if desfecho.configuracao:
        motivo = desfecho.motivo.replace("; nada foi enviado", "")
        return ErroDoGateway(desfecho.codigo, motivo, configuracao=True)
    return ErroDoGateway("gateway_com_erro", f"O gateway respondeu com erro (HTTP {resposta.status}).")


def _incompreensivel() -> ErroDoGateway:
    return ErroDoGateway("resposta_incompreensivel", "O gateway deu uma resposta que não se entende.")


def _dicionario(valor: Any) -> dict[str, Any]:
    return valor if isinstance(valor, dict) else {}


def _iso(momento: float) -> str:
    return datetime.fromtimestamp(int(momento), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _conferir(registro: dict[str, Any], referencia: str) -> Achada | None:
    chave, mensagem = _dicionario(registro.get("key")), _dicionario(registro.get("message"))
    texto = mensagem.get("conversation") or _dicionario(mensagem.get("extendedTextMessage")).get("text")
    if (
        chave.get("fromMe") is not True
        or not isinstance(texto, str)
        or not contem_referencia(texto, referencia)
    ):
        return None
    estados = [
        item["status"]
        for item in registro.get("MessageUpdate") or []
        if isinstance(item, dict) and str(item.get("status")) in ORDEM_DOS_ESTADOS
    ]
    return Achada(
        provider_id=str(chave.get("id") or ""),
        remote_jid=str(chave.get("remoteJid") or ""),
        enviada_em=momento_de(registro.get("messageTimestamp")),
        estado=max(estados, key=ORDEM_DOS_ESTADOS.__getitem__, default=""),
    )
