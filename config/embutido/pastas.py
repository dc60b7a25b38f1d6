"""Where the embedded servers keep things: data under DADOS_DIR, sockets in a short private folder.

A socket path may have some 100 bytes, so it cannot lie under a deep DADOS_DIR. The folder is named after
the data it serves and is refused unless it is ours alone: whoever reaches the socket is the superuser.
"""

import contextlib
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.embutido.erros import ErroDeInicio

RAIZ_PROJETO = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Pastas:
    """The folders of one set of data.

    `descartavel` marks data a test run may lose and remake; `sem_fsync` data that need not
    outlive the machine.
    """

    raiz: Path
    descartavel: bool = False
    sem_fsync: bool = False

    @property
    def postgres(self) -> Path:
        return self.raiz / "postgres"

    @property
    def redis(self) -> Path:
        return self.raiz / "redis"

    @property
    def log(self) -> Path:
        return self.raiz / "log"

    @property
    def trava(self) -> Path:
        """Held alone while servers are started or stopped."""
        return self.raiz / "embutido.trava"

    @property
    def usuarios(self) -> Path:
        """Held shared by every process that uses the servers; the last one out stops them."""
        return self.raiz / "embutido.usuarios"

    @property
    def marca(self) -> str:
        """Short name of this data folder: it names the sockets and the server processes."""
        return hashlib.sha256(str(self.raiz).encode()).hexdigest()[:12]


def dados_dir() -> Path:
    """DADOS_DIR, absolute. A relative one counts from the project, not from wherever one stands."""
    return (RAIZ_PROJETO / (os.environ.get("DADOS_DIR") or ".dados")).resolve()


def criar_raiz(pastas: Pastas) -> None:
    """Create DADOS_DIR and its log folder; a folder that already exists keeps its permissions."""
    try:
        if not pastas.raiz.is_dir():
            pastas.raiz.mkdir(parents=True, exist_ok=True)
            # The servers of a root run have an identity of their own and must pass through.
            pastas.raiz.chmod(0o711 if os.geteuid() == 0 else 0o700)
        pastas.log.mkdir(exist_ok=True)
    except OSError as erro:
        raise ErroDeInicio(
            f"Não consigo gravar em DADOS_DIR={pastas.raiz} ({erro.strerror}). "
            "Dê permissão de escrita nessa pasta ou aponte DADOS_DIR para outra."
        ) from erro
    if not os.access(pastas.raiz, os.W_OK | os.X_OK):
        raise ErroDeInicio(
            f"Não consigo gravar em DADOS_DIR={pastas.raiz} (sem permissão). "
            "Dê permissão de escrita nessa pasta ou aponte DADOS_DIR para outra."
        )


def caminho_soquetes(pastas: Pastas, uid: int) -> Path:
    """Name of the socket folder: the same for every process, whatever its environment says of TMPDIR."""
    base = Path("/tmp") if Path("/tmp").is_dir() else Path(tempfile.gettempdir())  # noqa: S108 - checked below
    base = Path(os.environ.get("SOQUETES_DIR") or base)
    return base / f"bo-{uid}-{pastas.marca}"


def criar_soquetes(pastas: Pastas, uid: int, gid: int) -> Path:
    """Create the socket folder (0700, owned by the servers' identity), or check the one that is there."""
    pasta = caminho_soquetes(pastas, uid)
    try:
        pasta.mkdir(mode=0o700)
        if os.geteuid() != uid:
            os.chown(pasta, uid, gid)
    except FileExistsError:
        pass
    except OSError as erro:
        raise ErroDeInicio(
            f"Não consigo criar a pasta de soquetes {pasta} ({erro.strerror}). "
            "Aponte SOQUETES_DIR para uma pasta sua, de caminho curto."
        ) from erro
    return conferir_soquetes(pasta, uid)


def remover_soquetes(pastas: Pastas, uid: int) -> None:
    """Remove the socket folder once both servers have left it; what a killed one left in it stays."""
    with contextlib.suppress(OSError):
        caminho_soquetes(pastas, uid).rmdir()


def conferir_soquetes(pasta: Path, uid: int) -> Path:
    """Refuse a socket folder that somebody else made or may enter."""
    dados = pasta.lstat()
    if not stat.S_ISDIR(dados.st_mode) or dados.st_uid != uid or stat.S_IMODE(dados.st_mode) & 0o077:
        raise ErroDeInicio(
            f"A pasta de soquetes {pasta} não é só nossa (dono ou permissões inesperados) e não será usada. "
            "Apague-a ou aponte SOQUETES_DIR para uma pasta sua, de caminho curto."
        )
    return pasta
