"""`make run` as its user has it: it comes up, mends what dies, and leaves nothing behind."""

import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.ambiente import RAIZ
from config.embutido import postgres, servidor, travas, valkey
from config.embutido.pastas import Pastas
from config.supervisor.diario import Diario
from config.supervisor.partes import Parte
from config.supervisor.processo import Processo

ESPERA_S = 90


def linha_de_comando(processo: psutil.Process) -> str:
    """Empty for a process that has just ended."""
    try:
        return " ".join(processo.cmdline())
    except psutil.NoSuchProcess:
        return ""


class Rodando:
    """A running `make run`, with its log."""

    def __init__(self, pastas: Pastas, portas: list[int]) -> None:
        self.porta = portas[0]
        ambiente = {nome: valor for nome, valor in os.environ.items() if nome != "BANCO_PAPEL"}
        ambiente |= {
            "DADOS_DIR": str(pastas.raiz),
            "PORT": str(portas[0]),
            "SIMULADOR_PORT": str(portas[1]),
            "CARREGAR_DEMO": "0",
            "CELERY_CONCURRENCY": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
        }
        self.arquivo = pastas.raiz.parent / "run.log"
        with self.arquivo.open("wb") as saida:
            self.processo = subprocess.Popen(
                [sys.executable, "-m", "config.supervisor"],
                stdout=saida,
                stderr=saida,
                cwd=RAIZ,
                env=ambiente,
                start_new_session=True,
            )

    def log(self) -> str:
        return self.arquivo.read_text(errors="replace")

    def pronto(self) -> bool:
        conexao = http.client.HTTPConnection("127.0.0.1", self.porta, timeout=10)
        try:
            conexao.request("GET", "/health/ready")
            resposta = conexao.getresponse()
            return resposta.status == 200 and json.loads(resposta.read())["status"] == "ok"
        except (OSError, http.client.HTTPException):
            return False
        finally:
            conexao.close()

    def esperar_pronto(self) -> None:
        assert servidor.esperar(self.pronto, ESPERA_S, 0.2), self.log()

    def filhos(self) -> list[psutil.Process]:
        return psutil.Process(self.processo.pid).children(recursive=True)

    def parte(self, *palavras: str) -> psutil.Process:
        """The main process of a part: the one that the supervisor started."""
        for filho in psutil.Process(self.processo.pid).children():
            if all(palavra in linha_de_comando(filho) for palavra in palavras):
                return filho
        raise AssertionError(self.log())


@pytest.fixture
def rodando(pastas: Pastas) -> Iterator[Rodando]:
    tomadas = [socket.socket() for _ in range(2)]
    for tomada in tomadas:
        tomada.bind(("127.0.0.1", 0))
    portas = [tomada.getsockname()[1] for tomada in tomadas]
    for tomada in tomadas:
        tomada.close()
    atual = Rodando(pastas, portas)
    yield atual
    if atual.processo.poll() is None:
        atual.processo.kill()
    atual.processo.wait()


def test_it_mends_what_dies_and_leaves_nothing_behind(rodando: Rodando, pastas: Pastas) -> None:
    rodando.esperar_pronto()
    # The supervisor asks for itself and may hear of it later than we do.
    assert servidor.esperar(lambda: "Backoffice no ar" in rodando.log(), ESPERA_S), rodando.log()

    (postmaster,) = servidor.processos(lambda linha: postgres._e_postmaster(pastas, linha))
    (redis,) = servidor.processos(lambda linha: valkey._e_nosso(pastas, linha))
    for processo in (postmaster, redis, rodando.parte("gunicorn").children()[0]):
        processo.kill()
    assert servidor.esperar(lambda: "de volta" in rodando.log(), ESPERA_S)
    rodando.esperar_pronto()

    for palavras in (["celery", "worker"], ["celery", "beat"], ["gunicorn"], ["simular_evolution"]):
        rodando.parte(*palavras).kill()
    partes = ("worker", "beat", "web", "simulador")
    assert servidor.esperar(
        lambda: all(f"{parte}: iniciado de novo" in rodando.log() for parte in partes), ESPERA_S
    ), rodando.log()
    rodando.esperar_pronto()

    todos = rodando.filhos()
    rodando.processo.send_signal(signal.SIGTERM)
    assert rodando.processo.wait(ESPERA_S) == 0
    assert [processo for processo in todos if processo.is_running()] == []
    assert travas.livre(postgres.trava(pastas))
    assert travas.livre(valkey.trava(pastas))
    assert "Traceback" not in rodando.log().partition("parando (Ctrl-C")[2]


def test_kill_9_of_the_supervisor_leaves_no_part_of_the_product(rodando: Rodando, pastas: Pastas) -> None:
    rodando.esperar_pronto()
    produto = [processo for processo in rodando.filhos() if Path(processo.exe()).name.startswith("python")]
    assert len(produto) >= 6
    rodando.processo.kill()
    _, vivos = psutil.wait_procs(produto, timeout=60)
    assert vivos == []
    # The servers live on for the next start, which finds them.
    assert postgres.responde(pastas)


def test_a_part_that_ends_is_started_again_with_growing_pauses() -> None:
    saida = io.StringIO()
    processo = Processo(Parte("tropeco", [sys.executable, "-c", "raise SystemExit(3)"]), Diario(saida))
    processo.iniciar()
    try:
        for pausa in ("0.5 s", "1 s"):
            assert servidor.esperar(lambda p=pausa: processo.vigiar() or f"em {p}" in saida.getvalue(), 30)
        assert saida.getvalue().count("tropeco: terminou com código 3") == 2
        assert saida.getvalue().count("tropeco: iniciado de novo") == 1
    finally:
        processo.pedir_fim()
        processo.encerrar(ja=True)


def test_a_part_that_does_not_end_is_ended_with_all_it_started() -> None:
    surdo = (
        "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']);"
        "print('pronto'); signal.pause()"
    )
    saida = io.StringIO()
    processo = Processo(Parte("surdo", [sys.executable, "-c", surdo], paciencia_s=0.5), Diario(saida))
    processo.iniciar()
    assert servidor.esperar(lambda: "pronto" in saida.getvalue(), 30)
    todos = psutil.Process(os.getpid()).children(recursive=True)
    pausados = [filho for filho in todos if "signal.pause()" in linha_de_comando(filho)]
    assert len(pausados) == 2
    processo.pedir_fim()
    processo.encerrar(ja=False)
    assert "não terminou a tempo" in saida.getvalue()
    _, vivos = psutil.wait_procs(pausados, timeout=10)
    assert vivos == []


def test_a_line_of_the_supervisor_names_process_and_host() -> None:
    saida = io.StringIO()
    Diario(saida).diz("beat: iniciado de novo")
    quando, resto = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", r"host=\S+ processo=(\d+)\n"
    achado = re.fullmatch(
        rf"supervisor \| {quando} \[INFO    \] beat: iniciado de novo {resto}", saida.getvalue()
    )
    assert achado is not None
    assert achado[1] == str(os.getpid())


def test_lines_of_many_threads_stay_whole() -> None:
    saida = io.StringIO()
    diario = Diario(saida)
    threads = [
        threading.Thread(target=lambda n=n: [diario.linha(f"p{n}", f"{n}" * 50) for _ in range(200)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    linhas = saida.getvalue().splitlines()
    assert len(linhas) == 800
    assert {linha for linha in linhas} == {f"p{n:<10}| {f'{n}' * 50}" for n in range(4)}
