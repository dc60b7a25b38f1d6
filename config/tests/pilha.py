"""The whole product as `make run` starts it, in a folder of its own, for tests from the outside."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

RAIZ = Path(__file__).resolve().parent.parent.parent
DE_SERVIDOR = ("DATABASE_URL", "DATABASE_URL_INQUILINO", "REDIS_URL", "BANCO_PAPEL", "DJANGO_SETTINGS_MODULE")


def porta_livre() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        return tomada.getsockname()[1]


class Pilha:
    """A running stack and what a person, a program or an operator does with it."""

    def __init__(self, dados: Path, **ambiente: str) -> None:
        self.porta, self.porta_simulador = porta_livre(), porta_livre()
        self.ambiente = {k: v for k, v in os.environ.items() if k not in DE_SERVIDOR} | {
            "DADOS_DIR": str(dados),
            "PORT": str(self.porta),
            "SIMULADOR_PORT": str(self.porta_simulador),
            "COBRANCA_RODADA_S": "1",
            "CELERY_CONCURRENCY": "2",
            **ambiente,
        }
        self.diario = (dados.parent / "pilha.log").open("w+b")
        self.processo = subprocess.Popen(
            [sys.executable, "-m", "config.supervisor"],
            cwd=RAIZ,
            env=self.ambiente,
            stdout=self.diario,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.web = httpx.Client(base_url=f"http://127.0.0.1:{self.porta}", timeout=30)
        self.simulador = httpx.Client(base_url=f"http://127.0.0.1:{self.porta_simulador}", timeout=30)

    def log(self) -> str:
        self.diario.seek(0)
        return self.diario.read().decode(errors="replace")

    def aguardar(self, condicao: Callable[[], Any], *, prazo_s: float, oque: str) -> Any:
        """Ask again until the condition holds; fail with the log when it does not in time."""
        relogio = threading.Event()
        for _ in range(int(prazo_s / 0.2)):
            if self.processo.poll() is not None:
                break
            try:
                if valor := condicao():
                    return valor
            except httpx.TransportError:
                pass
            relogio.wait(0.2)
        raise AssertionError(f"{oque} não aconteceu em {prazo_s} s:\n{self.log()[-4000:]}")

    def pronta(self) -> bool:
        return self.web.get("/health/ready").status_code == 200

    def manage(self, *argumentos: str) -> str:
        """Run an operator's command against the same servers."""
        feito = subprocess.run(
            [sys.executable, "manage.py", *argumentos],
            cwd=RAIZ,
            env=self.ambiente,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert feito.returncode == 0, feito.stdout + feito.stderr
        return feito.stdout

    def chave(self, empresa: str) -> dict[str, str]:
        """Headers of a program with a new key of the empresa."""
        saida = self.manage("criar_chave_api", "--empresa", empresa, "--nome", "teste")
        return {"Authorization": f"Api-Key {saida.strip().splitlines()[-1]}"}

    def parar(self) -> int:
        """SIGTERM, as a service manager does; return the exit code."""
        self.processo.terminate()
        return self.processo.wait(timeout=60)

    def fechar(self) -> None:
        """Let go of this test's own sockets and files."""
        self.web.close()
        self.simulador.close()
        self.diario.close()

    def processos_restantes(self) -> list[str]:
        """Command lines of whatever still runs out of this stack's data folder or session."""
        marca = f"DADOS_DIR={self.ambiente['DADOS_DIR']}\0".encode()
        restantes = []
        for pasta in Path("/proc").glob("[0-9]*"):
            try:
                if marca in (pasta / "environ").read_bytes():
                    restantes.append((pasta / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return restantes


@contextmanager
def pilha_no_ar(dados: Path, **ambiente: str) -> Iterator[Pilha]:
    """A stack that is ready; stopped at the end whatever happened."""
    pilha = Pilha(dados, **ambiente)
    try:
        pilha.aguardar(pilha.pronta, prazo_s=120, oque="/health/ready = 200")
        yield pilha
    finally:
        if pilha.processo.poll() is None:
            pilha.parar()
        pilha.fechar()


def corpo(resposta: httpx.Response, esperado: int) -> Any:
    """The JSON of an answer that must have this status."""
    assert resposta.status_code == esperado, resposta.text
    return json.loads(resposta.text)
