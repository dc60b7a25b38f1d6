"""What the two embedded servers have in common: liveness, start, stop.

Liveness is never read from a pid: after kill -9 the number may be a zombie's or a stranger's. Each server
inherits a locked descriptor, and the kernel frees the lock when the last of its processes has ended.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from config.embutido import travas
from config.embutido.erros import ErroDeInicio

_filhos: dict[int, "subprocess.Popen[bytes]"] = {}
_MAXIMO_DO_LOG = 20 * 1024 * 1024


def iniciar(comando: list[str], *, trava: Path, log: Path, pasta: Path) -> "subprocess.Popen[bytes]":
    """Start a server that outlives us: own session, log to a file, the liveness lock in its hands."""
    colher()
    if log.exists() and log.stat().st_size > _MAXIMO_DO_LOG:
        log.replace(log.with_suffix(".log.1"))
    descritor = travas.abrir(trava)
    try:
        if not travas.tentar(descritor):
            raise ErroDeInicio(
                f"Restos de um servidor ainda vivos seguram {trava}. Encerre-os e tente de novo."
            )
        with log.open("ab") as saida:
            processo = subprocess.Popen(
                comando,
                stdin=subprocess.DEVNULL,
                stdout=saida,
                stderr=saida,
                start_new_session=True,
                pass_fds=[descritor],
                cwd=pasta,
                env=_ambiente(),
            )
    finally:
        os.close(descritor)
    _filhos[processo.pid] = processo
    return processo


def _ambiente() -> dict[str, str]:
    """Our environment without what would change a PostgreSQL server or client behind our back."""
    ambiente = {nome: valor for nome, valor in os.environ.items() if not nome.startswith("PG")}
    return {**ambiente, "LC_ALL": "C", "TZ": "UTC"}


def colher() -> None:
    """Reap servers of ours that have ended, so that they do not stay behind as zombies."""
    for pid, processo in list(_filhos.items()):
        if processo.poll() is not None:
            del _filhos[pid]


def esperar(pronto: Callable[[], bool], segundos: float, intervalo: float = 0.05) -> bool:
    """Poll `pronto` until it holds; False when it did not within `segundos`."""
    limite = time.monotonic() + segundos
    while not pronto():
        if time.monotonic() > limite:
            return False
        colher()
        time.sleep(intervalo)
    return True


def processos(reconhece: Callable[[list[str]], bool]) -> list[psutil.Process]:
    """Living processes whose command line is recognised (a zombie has none)."""
    achados = []
    for processo in psutil.process_iter(["cmdline"]):
        linha = processo.info["cmdline"]
        if linha and reconhece(linha):
            achados.append(processo)
    return achados


def encerrar(
    reconhece: Callable[[list[str]], bool], sinais: list[tuple[signal.Signals, float]], trava: Path
) -> bool:
    """Send each signal in turn to the recognised processes until the liveness lock is free."""
    for sinal, espera_s in sinais:
        for processo in processos(reconhece):
            try:
                processo.send_signal(sinal)
            except psutil.NoSuchProcess:
                continue
            except psutil.AccessDenied as erro:
                raise ErroDeInicio(
                    f"O servidor embutido (processo {processo.pid}) é de outro usuário e não responde. "
                    "Encerre-o com aquele usuário."
                ) from erro
        if esperar(lambda: travas.livre(trava), espera_s):
            return True
    return travas.livre(trava)


def fim_do_log(log: Path) -> str:
    """The line of a server's log that says most about why it ended."""
    try:
        linhas = log.read_text(errors="replace").strip().splitlines()[-20:]
    except OSError:
        return ""
    graves = [linha for linha in linhas if "FATAL" in linha or "PANIC" in linha or "error" in linha.lower()]
    return (graves or linhas or [""])[-1][:300]
