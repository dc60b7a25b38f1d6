"""Webhooks out: queued in memory, retried, in no promised order, never waited for by a send."""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import http.client
import itertools
import json
import queue
import random
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cobranca.simulador import formas

if TYPE_CHECKING:
    from cobranca.simulador.estado import Instancia, Mensagem, Simulador

DEFINITIVOS = frozenset({400, 401, 403, 404, 422})  # answers the real server does not retry
ESPERA_MAXIMA_S = 300.0
PRAZO_S = 30.0
CARTEIROS = 4


@dataclass(slots=True)
class Aviso:
    url: str
    cabecalhos: dict[str, str]
    corpo: bytes
    tentativa: int = 1


class Avisos:
    """A small scheduler: one thread waits for what is due, a few post it.

    All of them are daemons: a receiver that hangs must not hold up the end of the process.
    """

    def __init__(self, simulador: Simulador) -> None:
        self._simulador = simulador
        self._fila: list[tuple[float, int, Aviso]] = []
        self._ordem = itertools.count()
        self._sinal = threading.Condition()
        self._vencidos: queue.SimpleQueue[Aviso] = queue.SimpleQueue()
        self._sorte = random.Random()  # noqa: S311 - jitter and shuffling only
        self._fim = False
        self._linha = threading.Thread(target=self._rodar, name="avisos-agenda", daemon=True)
        self._linha.start()
        for numero in range(CARTEIROS):
            threading.Thread(target=self._entregar, name=f"avisos-{numero}", daemon=True).start()

    def enviada(self, instancia: Instancia, mensagem: Mensagem) -> None:
        """send.message at once, then the delivery reports; not called for what was not stored."""
        if not instancia.webhook or not self._simulador.opcoes.eventos:
            return
        self.emitir(instancia, "send.message", formas.enviada(mensagem, instancia))
        if not mensagem.relata:
            return
        for estado, atraso in self._simulador.entregas_de(mensagem):
            dados = formas.atualizacao(mensagem, instancia, estado)
            self.emitir(instancia, "messages.update", dados, atraso=atraso)

    def conexao(self, instancia: Instancia, estado: str) -> None:
        """connection.update; a final disconnect also says status.instance."""
        dados: dict[str, Any] = {"instance": instancia.nome}
        if estado == "open":
            dados |= {"wuid": instancia.dono, "profileName": "Empresa Teste", "profilePictureUrl": None}
        motivo = 401 if estado == "close" else 200
        self.emitir(instancia, "connection.update", dados | {"state": estado, "statusReason": motivo})
        if estado == "close":
            agora = formas.instante(time.time())
            situacao: dict[str, Any] = {
                "instance": instancia.nome,
                "status": "closed",
                "disconnectionAt": agora,
            }
            situacao |= {"disconnectionReasonCode": 401, "disconnectionObject": "{}"}
            self.emitir(instancia, "status.instance", situacao)

    def emitir(self, instancia: Instancia, evento: str, dados: Any, *, atraso: float = 0.0) -> None:
        """Queues one event if the instance's webhook wants it."""
        webhook = instancia.webhook
        if not webhook or not webhook["enabled"] or not webhook["url"].startswith(("http://", "https://")):
            return
        if evento.upper().replace(".", "_") not in webhook["events"] or not self._simulador.opcoes.eventos:
            return
        url = webhook["url"]
        if webhook["webhookByEvents"]:
            url = f"{url}/{evento.replace('.', '-')}"
        if self._simulador.opcoes.embaralhar:
            atraso += self._sorte.uniform(0, 2 * self._simulador.opcoes.atraso_leitura_s)
        self._agendar(
            atraso, Aviso(url, _cabecalhos(webhook), self._envelope(instancia, webhook["url"], evento, dados))
        )

    def _envelope(self, instancia: Instancia, destino: str, evento: str, dados: Any) -> bytes:
        corpo: dict[str, Any] = {"event": evento, "instance": instancia.nome, "data": dados}
        corpo["destination"] = destino
        # The real server writes its local time with a Z; nobody may read it as UTC.
        corpo["date_time"] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.localtime())
        if instancia.ja_conectou:
            corpo["sender"] = instancia.dono
        corpo["server_url"] = f"http://127.0.0.1:{self._simulador.porta}"
        corpo["apikey"] = instancia.token
        return formas.em_json(corpo)

    def _agendar(self, atraso: float, aviso: Aviso) -> None:
        with self._sinal:
            heapq.heappush(self._fila, (time.monotonic() + atraso, next(self._ordem), aviso))
            self._sinal.notify()

    def _rodar(self) -> None:
        while (aviso := self._proximo()) is not None:
            self._vencidos.put(aviso)

    def _proximo(self) -> Aviso | None:
        with self._sinal:
            while not self._fim:
                espera = self._fila[0][0] - time.monotonic() if self._fila else None
                if espera is not None and espera <= 0:
                    return heapq.heappop(self._fila)[2]
                self._sinal.wait(espera)
        return None

    def _entregar(self) -> None:
        while not self._fim:
            try:
                aviso = self._vencidos.get(timeout=1)
            except queue.Empty:
                continue
            self._postar(aviso)

    def _postar(self, aviso: Aviso) -> None:
        try:
            status = _post(aviso)
        except (OSError, http.client.HTTPException):
            status = 0
        if 200 <= status < 300 or status in DEFINITIVOS:
            return
        if aviso.tentativa >= self._simulador.opcoes.tentativas_webhook or self._fim:
            return
        espera = self._simulador.opcoes.espera_webhook_s * 2 ** (aviso.tentativa - 1)
        aviso.tentativa += 1
        self._agendar(min(espera, ESPERA_MAXIMA_S) * self._sorte.uniform(0.8, 1.2), aviso)

    def fechar(self) -> None:
        with self._sinal:
            self._fim = True
            self._fila.clear()
            self._sinal.notify_all()
        self._linha.join(timeout=5)


def _post(aviso: Aviso) -> int:
    partes = urlsplit(aviso.url)
    tipo = http.client.HTTPSConnection if partes.scheme == "https" else http.client.HTTPConnection
    conexao = tipo(partes.hostname or "", partes.port, timeout=PRAZO_S)
    caminho = (partes.path or "/") + (f"?{partes.query}" if partes.query else "")
    try:
        conexao.request("POST", caminho, aviso.corpo, aviso.cabecalhos)
        return conexao.getresponse().status
    finally:
        conexao.close()


def _cabecalhos(webhook: dict[str, Any]) -> dict[str, str]:
    cabecalhos = {
        "Accept": "application/json, text/plain, */*",
        "Content-Type": "application/json",
        "User-Agent": "axios/1.12.2",
        "Accept-Encoding": "gzip, compress, deflate, br",
    }
    for nome, valor in (webhook["headers"] or {}).items():
        if nome == "jwt_key":
            cabecalhos["Authorization"] = f"Bearer {_jwt(str(valor))}"
        else:
            cabecalhos[nome] = str(valor)
    return cabecalhos


def _jwt(chave: str) -> str:
    agora = int(time.time())
    corpo = {"iat": agora, "exp": agora + 600, "app": "evolution", "action": "webhook"}
    partes = [
        _b64(json.dumps(p, separators=(",", ":")).encode()) for p in ({"alg": "HS256", "typ": "JWT"}, corpo)
    ]
    assinado = ".".join(partes)
    return f"{assinado}.{_b64(hmac.digest(chave.encode(), assinado.encode(), hashlib.sha256))}"


def _b64(dados: bytes) -> str:
    return base64.urlsafe_b64encode(dados).rstrip(b"=").decode()
