"""One readable log out of many processes: each line says which part it comes from."""

import os
import socket
import sys
import threading
from datetime import UTC, datetime
from typing import TextIO

_LARGURA = 11
_HOST = socket.gethostname()
_CORES = {"web": 36, "worker": 32, "beat": 35, "simulador": 33, "banco": 34, "demo": 34, "supervisor": 1}


class Diario:
    """Writes whole lines, from any thread."""

    def __init__(self, saida: TextIO | None = None) -> None:
        self._saida = saida or sys.stdout
        self._trava = threading.Lock()
        self._colorido = self._saida.isatty() and not os.environ.get("NO_COLOR")

    def linha(self, parte: str, texto: str) -> None:
        """One line of a part. A reader that has gone away (a closed terminal) does not stop the product."""
        prefixo = f"{parte:<{_LARGURA}}|"
        if self._colorido:
            prefixo = f"\033[{_CORES.get(parte, 37)}m{prefixo}\033[0m"
        with self._trava:
            try:
                self._saida.write(f"{prefixo} {texto}\n")
                self._saida.flush()
            except (OSError, ValueError):
                return

    def diz(self, texto: str) -> None:
        """A line of the supervisor itself, in the form that the parts' lines have."""
        quando = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        self.linha("supervisor", f"{quando} [INFO    ] {texto} host={_HOST} processo={os.getpid()}")

    def quadro(self, linhas: list[str]) -> None:
        """A block that stands out."""
        borda = "=" * 78
        with self._trava:
            try:
                self._saida.write("\n".join([borda, *(f"  {linha}".rstrip() for linha in linhas), borda, ""]))
                self._saida.flush()
            except (OSError, ValueError):
                return
