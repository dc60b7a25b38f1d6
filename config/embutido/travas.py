"""File locks of the kernel: they end with their holder, however it dies, so nothing here can go stale."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embutido.erros import ErroDeInicio


def abrir(arquivo: Path) -> int:
    """A descriptor to lock on. Not inherited by programs we start unless handed over on purpose."""
    try:
        return os.open(arquivo, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except PermissionError as erro:
        raise ErroDeInicio(
            f"{arquivo} pertence a outro usuário. Rode com o mesmo usuário da primeira vez "
            "ou aponte DADOS_DIR para outra pasta."
        ) from erro


def tentar(descritor: int, modo: int = fcntl.LOCK_EX) -> bool:
    """Take the lock if it is free; say whether it was taken."""
    try:
        fcntl.flock(descritor, modo | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def livre(arquivo: Path) -> bool:
    """Whether nobody holds the lock of `arquivo` now."""
    if not arquivo.exists():
        return True
    descritor = abrir(arquivo)
    try:
        return tentar(descritor)
    finally:
        os.close(descritor)


@contextmanager
def exclusiva(arquivo: Path, espera_s: float = 120) -> Iterator[None]:
    """Hold `arquivo` alone; raise ErroDeInicio when it is not free within `espera_s` seconds."""
    descritor = abrir(arquivo)
    try:
        limite = time.monotonic() + espera_s
        while not tentar(descritor):
            if time.monotonic() > limite:
                raise ErroDeInicio(
                    f"Outro processo está iniciando ou parando os servidores há {espera_s:.0f} s "
                    f"(trava {arquivo}). Espere por ele ou encerre-o e tente de novo."
                )
            time.sleep(0.02)
        yield
    finally:
        os.close(descritor)
