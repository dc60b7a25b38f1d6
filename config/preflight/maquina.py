"""The machine: Python, ports, DADOS_DIR, room on the disk."""

import os
import shutil
import socket
import sys
from pathlib import Path

from config.ambiente import PYTHON_MINIMO
from config.embutido import ErroDeInicio
from config.embutido.pastas import dados_dir

ESPACO_MINIMO_MB = 500


def conferir_maquina() -> None:
    """Raise ErroDeInicio for the first thing that would stop the start. Changes nothing."""
    _python()
    _portas()
    _dados()


def porta(nome: str, padrao: int) -> int:
    """A port from the environment."""
    texto = os.environ.get(nome) or str(padrao)
    if not texto.isdigit() or not 1 <= int(texto) <= 65535:
        raise ErroDeInicio(
            f"{nome}={texto} não é uma porta. Use um número de 1 a 65535, por exemplo {nome}={padrao}."
        )
    return int(texto)


def hospedeiro() -> str:
    """The address that the web and the simulator listen on."""
    return os.environ.get("HOST") or "127.0.0.1"


def _python() -> None:
    if sys.version_info < PYTHON_MINIMO:
        pedido = ".".join(map(str, PYTHON_MINIMO))
        raise ErroDeInicio(
            f"Este é o Python {sys.version.split()[0]} e o programa precisa do {pedido} ou mais novo. "
            "Instale-o e rode 'make run PYTHON=python3.11'."
        )


def _portas() -> None:
    pedidas = {"PORT": porta("PORT", 8000), "SIMULADOR_PORT": porta("SIMULADOR_PORT", 8090)}
    if len(set(pedidas.values())) < len(pedidas):
        raise ErroDeInicio("PORT e SIMULADOR_PORT são a mesma porta. Escolha duas diferentes.")
    for nome, numero in pedidas.items():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tomada:
            # As the servers do: connections of a previous run that linger must not look like a busy port.
            tomada.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tomada.bind((hospedeiro(), numero))
            except OSError as erro:
                raise ErroDeInicio(
                    f"A porta {numero} ({nome}) não pode ser usada em {hospedeiro()}: {_motivo(erro)}. "
                    f"Pare o programa que a usa ou escolha outra: {nome}={_outra(numero)} make run."
                ) from erro


def _outra(numero: int) -> int:
    """A port worth trying: the next one, but none of those that only root may open."""
    return numero + 1 if numero >= 1024 else numero + 8000


def _motivo(erro: OSError) -> str:
    return {98: "já está em uso", 48: "já está em uso", 13: "sem permissão"}.get(
        erro.errno or 0, str(erro.strerror)
    )


def _dados() -> None:
    raiz = dados_dir()
    existente = raiz
    # Not Path.exists(): below a folder that is closed to us it raises instead of answering.
    while not os.path.exists(existente):
        existente = existente.parent
    if not existente.is_dir() or not _gravavel(existente):
        raise ErroDeInicio(
            f"Não consigo gravar em DADOS_DIR={raiz} ({existente} não permite). "
            "Dê permissão de escrita nessa pasta ou aponte DADOS_DIR para outra."
        )
    _espaco(existente, raiz)


def _gravavel(pasta: Path) -> bool:
    """Asks the kernel for real: read-only file systems and root are not in the permission bits."""
    return os.access(pasta, os.W_OK | os.X_OK)


def _espaco(existente: Path, raiz: Path) -> None:
    minimo = int(os.environ.get("ESPACO_MINIMO_MB") or ESPACO_MINIMO_MB)
    livre = shutil.disk_usage(existente).free // (1024 * 1024)
    if livre < minimo:
        raise ErroDeInicio(
            f"Há só {livre} MB livres no disco de DADOS_DIR={raiz} e são precisos {minimo} MB. "
            "Libere espaço ou aponte DADOS_DIR para outro disco."
        )
