"""Servers of one's own, named by DATABASE_URL and REDIS_URL: can they be used at all?"""

import os
from urllib.parse import urlsplit

import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embutido import ErroDeInicio

VERSAO_MINIMA_POSTGRES = 15
_SEM_REPETIR = Retry(NoBackoff(), 0)


def conferir_servidores() -> None:
    """Raise ErroDeInicio where the environment names a server that is not there or not good enough."""
    conferir_postgres()
    if os.environ.get("REDIS_URL"):
        _redis(os.environ["REDIS_URL"])


def conferir_postgres() -> None:
    """The database's half of it, for a single command."""
    if os.environ.get("DATABASE_URL"):
        _postgres(os.environ["DATABASE_URL"])


def sem_senha(url: str) -> str:
    """A URL that may be shown."""
    partes = urlsplit(url)
    if partes.password is None:
        return url
    return url.replace(f":{partes.password}@", ":***@", 1)


def _postgres(url: str) -> None:
    if not url.startswith(("postgres://", "postgresql://")):
        raise ErroDeInicio(
            f"DATABASE_URL={sem_senha(url)} não é um PostgreSQL, e só ele serve. "
            "Use postgres://usuario:senha@host:5432/banco ou tire a variável para usar o embutido."
        )
    try:
        conexao = psycopg2.connect(url, connect_timeout=10)
    except psycopg2.Error as erro:
        motivo = (str(erro).strip().splitlines() or ["sem resposta"])[0]
        raise ErroDeInicio(
            f"Não consigo conectar em DATABASE_URL={sem_senha(url)}: {motivo}. "
            "Corrija o endereço, crie o banco ou tire a variável para usar o embutido."
        ) from erro
    try:
        versao = conexao.server_version // 10000
    finally:
        conexao.close()
    if versao < VERSAO_MINIMA_POSTGRES:
        raise ErroDeInicio(
            f"DATABASE_URL={sem_senha(url)} é um PostgreSQL {versao} e o programa precisa do "
            f"{VERSAO_MINIMA_POSTGRES} ou mais novo. Atualize-o ou tire a variável para usar o embutido."
        )


def _redis(url: str) -> None:
    try:
        cliente = redis.Redis.from_url(url, socket_connect_timeout=10, socket_timeout=10, retry=_SEM_REPETIR)
        cliente.ping()
        cliente.close()
    except (redis.RedisError, ValueError, OSError) as erro:
        raise ErroDeInicio(
            f"Não consigo usar REDIS_URL={sem_senha(url)}: {str(erro).rstrip('.')}. "
            "Corrija o endereço ou tire a variável para usar o embutido."
        ) from erro
