"""HTTP/1.1 with keep-alive over plain sockets: small, because parsing headers with ``http.server`` costs more
than everything the simulator does with a message."""

from __future__ import annotations

import contextlib
import io
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

from cobranca.simulador.avisos import Avisos
from cobranca.simulador.estado import Opcoes, Simulador
from cobranca.simulador.pedido import Pedido, Queda, Resposta
from cobranca.simulador.rotas import Rotas

CORPO_MAXIMO = 136 * 1024 * 1024
LINHA_MAXIMA = 64 * 1024
CABECALHOS_MAXIMOS = 100
OCIOSA_S = 6.0  # promised: five, as Node does; one more, so that a client that keeps to it never loses
LEITURA_S = 60.0


class PedidoRuim(Exception):
    """Bytes that are no HTTP request."""


class Servidor(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, endereco: tuple[str, int], simulador: Simulador) -> None:
        super().__init__(endereco, Atendente)
        self.simulador = simulador
        self.porta = simulador.porta = int(self.server_address[1])
        self.avisos = Avisos(simulador)
        self.rotas = Rotas(simulador, self.avisos)
        self.abertas: set[socket.socket] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.porta}"

    def encerrar(self) -> None:
        """Stops listening and drops what is open, so that clients see the end at once."""
        self.simulador.parar.set()
        self.shutdown()
        self.server_close()
        self.avisos.fechar()
        for conexao in list(self.abertas):
            with contextlib.suppress(OSError):
                conexao.shutdown(socket.SHUT_RDWR)
        self.simulador.fechar()


class Atendente(socketserver.BaseRequestHandler):
    server: Servidor

    def handle(self) -> None:
        conexao: socket.socket = self.request
        self.server.abertas.add(conexao)
        entrada = conexao.makefile("rb")
        try:
            conexao.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while self._um_pedido(conexao, entrada):
                pass
        except OSError:
            return
        finally:
            entrada.close()
            self.server.abertas.discard(conexao)

    def _um_pedido(self, conexao: socket.socket, entrada: io.BufferedIOBase) -> bool:
        try:
            pedido = _ler_pedido(conexao, entrada)
            if pedido is None:
                return False
            resposta = self.server.rotas.atender(pedido)
        except Queda as queda:
            if queda.brusca:
                conexao.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        except PedidoRuim:
            resposta = Resposta(400, b"", fecha=True)
            conexao.sendall(resposta.em_bytes())
            return False
        resposta.fecha = pedido.cabecalhos.get("connection", "").lower() == "close"
        conexao.sendall(resposta.em_bytes())
        return not resposta.fecha


def _ler_pedido(conexao: socket.socket, entrada: io.BufferedIOBase) -> Pedido | None:
    """One whole request, or None when the client has gone or stayed silent too long."""
    conexao.settimeout(OCIOSA_S)
    linha = entrada.readline(LINHA_MAXIMA)
    if not linha:
        return None
    conexao.settimeout(LEITURA_S)
    try:
        metodo, alvo, _versao = linha.decode("latin-1").split()
    except ValueError as erro:
        raise PedidoRuim from erro
    cabecalhos = _ler_cabecalhos(entrada)
    if cabecalhos.get("expect", "").lower() == "100-continue":
        conexao.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    return Pedido(metodo, alvo, cabecalhos, _ler_corpo(entrada, cabecalhos))


def _ler_cabecalhos(entrada: io.BufferedIOBase) -> dict[str, str]:
    cabecalhos: dict[str, str] = {}
    for _ in range(CABECALHOS_MAXIMOS):
        linha = entrada.readline(LINHA_MAXIMA)
        if linha in (b"\r\n", b"\n"):
            return cabecalhos
        nome, separador, valor = linha.decode("latin-1").partition(":")
        if not separador:
            break
        cabecalhos[nome.strip().lower()] = valor.strip()
    raise PedidoRuim


def _ler_corpo(entrada: io.BufferedIOBase, cabecalhos: dict[str, str]) -> bytes:
    if "chunked" in cabecalhos.get("transfer-encoding", "").lower():
        return b"".join(_pedacos(entrada))
    declarado = cabecalhos.get("content-length", "0")
    if not declarado.isdigit() or int(declarado) > CORPO_MAXIMO:
        raise PedidoRuim
    corpo = entrada.read(int(declarado))
    if len(corpo) < int(declarado):
        raise PedidoRuim
    return corpo


def _pedacos(entrada: io.BufferedIOBase) -> Iterator[bytes]:
    lidos = 0
    while True:
        try:
            tamanho = int(entrada.readline(LINHA_MAXIMA).split(b";")[0], 16)
        except ValueError as erro:
            raise PedidoRuim from erro
        lidos += tamanho
        if lidos > CORPO_MAXIMO:
            raise PedidoRuim
        pedaco = entrada.read(tamanho)
        entrada.readline(LINHA_MAXIMA)
        if not tamanho:
            return
        yield pedaco


@contextlib.contextmanager
def em_execucao(
    *, porta: int = 0, pasta: Path | None = None, opcoes: Opcoes | None = None
) -> Iterator[Servidor]:
    """The simulator in a thread of this process, for as long as the block lasts; port 0 takes a free one."""
    servidor = Servidor(("127.0.0.1", porta), Simulador(pasta=pasta, opcoes=opcoes))
    linha = threading.Thread(target=servidor.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    linha.start()
    try:
        yield servidor
    finally:
        servidor.encerrar()
        linha.join(timeout=5)


def servir(*, porta: int, pasta: Path | None, opcoes: Opcoes | None = None) -> None:
    """Serves on loopback until interrupted; what the command and ``python -m`` call."""
    servidor = Servidor(("127.0.0.1", porta), Simulador(pasta=pasta, opcoes=opcoes))
    try:
        servidor.serve_forever()
    finally:
        servidor.server_close()
        servidor.avisos.fechar()
        servidor.simulador.fechar()
