"""The environment of a process, completed before Django's settings are read."""

import sys
from pathlib import Path

import environ

RAIZ = Path(__file__).resolve().parent.parent
PYTHON_MINIMO = (3, 11)


def ler_arquivo_env() -> None:
    """Take over what `.env` says where the environment itself says nothing."""
    arquivo = RAIZ / ".env"
    if arquivo.is_file():
        environ.Env.read_env(str(arquivo))


def falhar(mensagem: object) -> None:
    """Print the one line that names cause and way out."""
    print(f"Erro: {mensagem}", file=sys.stderr, flush=True)
