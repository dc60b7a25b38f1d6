"""gunicorn as production runs it, for tests: several workers, restarted when they are killed."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx

from nucleo.tests.processos import RAIZ, ambiente


class Servidor:
    """Start with `with`; `base` is its address, `workers()` the pids of its workers."""

    def __init__(self, aplicacao: str = "config.wsgi", workers: int = 4) -> None:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            porta = s.getsockname()[1]
        self.base = f"http://127.0.0.1:{porta}"
        self._comando = [sys.executable, "-m", "gunicorn", "-w", str(workers), "-k", "sync", "-b",
                         f"127.0.0.1:{porta}", "--log-level", "error", aplicacao]  # fmt: skip

    def __enter__(self) -> "Servidor":
        # Fast password hashing and no login limits, as in the rest of the suite.
        self.processo = subprocess.Popen(self._comando, cwd=RAIZ, env=ambiente("web"))
        for _ in range(300):
            try:
                if httpx.get(f"{self.base}/health/live").status_code == 200:
                    return self
            except httpx.TransportError:
                # Ends at once when the server has died; else a moment passes before it is asked again.
                with suppress(subprocess.TimeoutExpired):
                    self.processo.wait(0.1)
                    break
        raise AssertionError("gunicorn não subiu")

    def __exit__(self, *_: object) -> None:
        self.processo.terminate()
        self.processo.wait(20)

    def workers(self) -> list[int]:
        filhos = Path(f"/proc/{self.processo.pid}/task/{self.processo.pid}/children").read_text().split()
        return [int(pid) for pid in filhos]

    def matar_um(self) -> None:
        vivos = self.workers()
        if vivos:
            os.kill(vivos[0], signal.SIGKILL)
