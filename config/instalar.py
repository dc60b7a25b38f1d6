"""Prepares `.venv` for the Makefile: creates it, installs what `requirements/` pins, only when that changed.

Runs under the machine's own Python, so it stands on the standard library alone.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

RAIZ = Path(__file__).resolve().parent.parent
VENV = RAIZ / ".venv"
PYTHON = VENV / "bin" / "python"
MARCA = VENV / ".requisitos.json"
# What each set brings along: who has the tools has the product.
CONJUNTOS = {"base": ["base"], "dev": ["base", "dev"]}
ESPACO_MINIMO_MB = 1000


class ErroDeInstalacao(Exception):
    """One sentence: cause and way out."""


def instalar(conjunto: str) -> None:
    """Have `.venv` with the packages of `conjunto` ("base" or "dev")."""
    trava = os.open(RAIZ / "requirements", os.O_RDONLY)
    fcntl.flock(trava, fcntl.LOCK_EX)
    feito = _feito()
    if _serve() and all(feito.get(nome) == _soma(nome) for nome in CONJUNTOS[conjunto]):
        return
    _conferir_espaco()
    if not _serve():
        _criar()
    print(
        f"instalando os pacotes de requirements/{conjunto}.txt em .venv (na primeira vez, alguns minutos)",
        flush=True,
    )
    _pip(conjunto)
    MARCA.write_text(json.dumps({**feito, **{nome: _soma(nome) for nome in CONJUNTOS[conjunto]}}))


def _soma(conjunto: str) -> str:
    nomes = CONJUNTOS[conjunto]
    return hashlib.sha256(
        b"".join((RAIZ / "requirements" / f"{nome}.txt").read_bytes() for nome in nomes)
    ).hexdigest()


def _feito() -> dict[str, str]:
    try:
        return dict(json.loads(MARCA.read_text()))
    except (OSError, ValueError):
        return {}


def _serve() -> bool:
    """Whether `.venv` holds a Python that runs, is new enough and has pip."""
    if not PYTHON.exists():
        return False
    teste = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([str(PYTHON), "-c", teste], capture_output=True, check=False).returncode == 0


def _conferir_espaco() -> None:
    livre = shutil.disk_usage(RAIZ).free // (1024 * 1024)
    if livre < ESPACO_MINIMO_MB:
        raise ErroDeInstalacao(
            f"há só {livre} MB livres no disco de {RAIZ} e são precisos {ESPACO_MINIMO_MB} MB. Libere espaço."
        )


def _criar() -> None:
    print(f"criando .venv com {sys.executable} ({sys.version.split()[0]})", flush=True)
    if VENV.exists() and not VENV.is_symlink():
        shutil.rmtree(VENV)
    feito = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if feito.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        versao = f"{sys.version_info[0]}.{sys.version_info[1]}"
        saida = (feito.stderr or feito.stdout).strip().splitlines() or ["sem mensagem"]
        raise ErroDeInstalacao(
            f"não consegui criar .venv ({saida[-1].strip()}). No Debian/Ubuntu instale o pacote "
            f"python{versao}-venv; confira também a permissão de escrita nesta pasta."
        )


def _pip(conjunto: str) -> None:
    comando = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    comando += ["--no-input", "--requirement", str(RAIZ / "requirements" / f"{conjunto}.txt")]
    ambiente = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    if subprocess.run(comando, check=False, env=ambiente).returncode != 0:
        raise ErroDeInstalacao(
            "o pip não conseguiu instalar os pacotes (veja as linhas acima). "
            "Confira a rede ou o índice de pacotes e rode de novo: ele continua de onde parou."
        )


if __name__ == "__main__":
    try:
        instalar(sys.argv[1] if len(sys.argv) > 1 else "base")
    except ErroDeInstalacao as erro:
        print(f"Erro: {erro}", file=sys.stderr)
        sys.exit(1)
    except OSError as erro:
        print(
            f"Erro: não consigo preparar {VENV}: {erro}. Confira permissões e espaço em disco.",
            file=sys.stderr,
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
