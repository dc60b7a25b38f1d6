"""A real gunicorn with two workers over the database of the tests, on a free port of this machine."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from nucleo.tests.processos import RAIZ, ambiente

_PARTIDA_S = 30


@dataclass(frozen=True)
class Servidor:
    """Where the office answers, and what it has written to its log."""

    endereco: str
    diario: Path

    def __str__(self) -> str:
        return self.endereco


def porta_livre() -> int:
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        return int(tomada.getsockname()[1])


@contextmanager
def gunicorn(trabalhadores: int = 2, **mais: str) -> Iterator[Servidor]:
    """The web process of production, ended with everything it started."""
    porta = porta_livre()
    variaveis = ambiente(
        "inquilino", PORT=str(porta), HOST="127.0.0.1", WEB_CONCURRENCY=str(trabalhadores), **mais
    )
    comando = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:config.gunicorn",
        "config.wsgi:application",
    ]
    with tempfile.TemporaryDirectory() as pasta:
        diario = Path(pasta) / "gunicorn.log"
        with diario.open("wb") as saida:
            processo = subprocess.Popen(
                comando, cwd=RAIZ, env=variaveis, stdout=saida, stderr=saida, start_new_session=True
            )
        try:
            servidor = Servidor(f"http://127.0.0.1:{porta}", diario)
            _esperar(servidor, processo)
            yield servidor
        finally:
            _terminar(processo)


def _esperar(servidor: Servidor, processo: "subprocess.Popen[bytes]") -> None:
    limite = time.monotonic() + _PARTIDA_S
    while time.monotonic() < limite and processo.poll() is None:
        try:
            with urllib.request.urlopen(f"{servidor}/health/live", timeout=5):  # noqa: S310
                return
        except (URLError, ConnectionError, TimeoutError):
            # Blocks until the process ends or a moment has passed: never longer than it must.
            try:
                processo.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
    raise AssertionError(f"o servidor não respondeu:\n{servidor.diario.read_text()[-3000:]}")


def _terminar(processo: "subprocess.Popen[bytes]") -> None:
    processo.terminate()
    try:
        processo.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(processo.pid, signal.SIGKILL)
        processo.wait()
