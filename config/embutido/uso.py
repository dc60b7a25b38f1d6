"""Who uses the embedded servers, and the two calls everybody else makes: `garantir` and its `liberar`."""

import atexit
import fcntl
import os
from dataclasses import dataclass, field

from config.embutido import identidade, postgres, travas, valkey
from config.embutido.erros import ErroDeInicio
from config.embutido.pastas import Pastas, criar_raiz, dados_dir, remover_soquetes

_ENDERECOS = ("DATABASE_URL", "REDIS_URL", "PGHOST")
_por_raiz: dict[str, "Servidores"] = {}


@dataclass
class Servidores:
    """A process's hold on the servers of one DADOS_DIR. While one process holds them they stay up."""

    pastas: Pastas
    com_postgres: bool
    com_redis: bool
    nomes: list[str] = field(default_factory=list)
    _descritor: int | None = field(default=None, repr=False)
    _pid: int = field(default_factory=os.getpid, repr=False)

    def subir(self) -> None:
        """Start or re-attach what we need; join its users. Safe beside any number of other processes."""
        criar_raiz(self.pastas)
        with travas.exclusiva(self.pastas.trava):
            if self.com_postgres:
                postgres.garantir(self.pastas)
            if self.com_redis:
                valkey.garantir(self.pastas)
            if self._descritor is None:
                self._descritor = travas.abrir(self.pastas.usuarios)
                travas.tentar(self._descritor, fcntl.LOCK_SH)

    def liberar(self) -> None:
        """Leave; the last one out stops the servers. A forked child's exit does not count."""
        if self._descritor is None or os.getpid() != self._pid:
            return
        _por_raiz.pop(str(self.pastas.raiz), None)
        # The addresses go as well: a later `garantir` of this process starts anew.
        for nome in self.nomes:
            os.environ.pop(nome, None)
        if not self.pastas.raiz.exists():
            return
        with travas.exclusiva(self.pastas.trava):
            # Our shared lock becomes an exclusive one only when nobody else has one.
            if travas.tentar(self._descritor, fcntl.LOCK_EX):
                valkey.parar(self.pastas)
                postgres.parar(self.pastas)
                remover_soquetes(self.pastas, identidade.dos_servidores(self.pastas.postgres).uid)
            os.close(self._descritor)
            self._descritor = None


def garantir(pastas: Pastas | None = None) -> Servidores | None:
    """Have PostgreSQL and Redis at hand and their addresses in the environment.

    Returns this process's hold on the embedded servers (given back at exit), or None where the environment
    names both servers already. Raises ErroDeInicio with one clear sentence.
    """
    com_postgres, com_redis = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
    if not com_postgres and not com_redis:
        return None
    if os.environ.get("DJANGO_SETTINGS_MODULE") == "config.settings.producao":
        raise ErroDeInicio(
            "Em produção o banco e a fila são servidores próprios, e nenhum é iniciado por aqui. "
            "Defina DATABASE_URL e REDIS_URL."
        )
    pastas = pastas or Pastas(dados_dir())
    nomes = [nome for nome in _ENDERECOS if not os.environ.get(nome)]
    servidores = _por_raiz.get(str(pastas.raiz)) or Servidores(pastas, com_postgres, com_redis, nomes)
    servidores.subir()
    _por_raiz[str(pastas.raiz)] = servidores
    atexit.register(servidores.liberar)
    enderecar(pastas)
    return servidores


def enderecar(pastas: Pastas | None = None) -> None:
    """Put the embedded servers' addresses into the environment where it names none, starting nothing."""
    pastas = pastas or Pastas(dados_dir())
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = postgres.url(pastas)
        # `dbshell` does not look into a URL's options.
        os.environ.setdefault("PGHOST", postgres.url(pastas).partition("host=")[2])
    if not os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = valkey.url(pastas)


def monitorar(servidores: Servidores) -> list[str]:
    """Names of the embedded servers that do not answer now."""
    mortos = []
    if servidores.com_postgres and not postgres.responde(servidores.pastas):
        mortos.append("PostgreSQL")
    if servidores.com_redis and not valkey.responde(servidores.pastas):
        mortos.append("Redis")
    return mortos
