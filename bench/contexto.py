"""What every benchmark gets: a fresh migrated database and, on demand, the rivals' own environment."""

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql

RAIZ = Path(__file__).resolve().parent.parent
BANCO = "bench"


@dataclass(frozen=True)
class Contexto:
    """`escala` 1 is the size the claims are made for; a smaller one only shows that the bench runs."""

    escala: float

    def n(self, tamanho: int, minimo: int = 10) -> int:
        """Scale a size."""
        return max(minimo, int(tamanho * self.escala))

    @property
    def rodadas(self) -> int:
        """How often creators are started anew: starting them is most of a small run."""
        return 5 if self.escala >= 1 else 1

    @property
    def database_url(self) -> str:
        """The bench database, for processes of their own."""
        return os.environ["DATABASE_URL"]

    def python_dos_rivais(self) -> str:
        """An interpreter with the baselines' packages, which must never mix with the product's."""
        pasta = RAIZ / ".venv-bench"
        python = pasta / "bin" / "python"
        pedido = RAIZ / "requirements" / "bench.txt"
        selo = pasta / "instalado.txt"
        if not selo.is_file() or selo.read_text() != pedido.read_text():
            venv.create(pasta, with_pip=True, clear=True)
            subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", str(pedido)], check=True)
            selo.write_text(pedido.read_text())
        return str(python)


def preparar(escala: float) -> Contexto:
    """Start the servers, make the bench database anew, migrate it, set Django up as its owner."""
    os.environ.setdefault("DADOS_DIR", str(RAIZ / ".dados-bench"))
    os.environ["BANCO_PAPEL"] = "dono"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.local"
    os.environ.setdefault("LOG_NIVEL", "ERROR")
    from config.embutido import garantir

    garantir()
    _recriar_banco()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return Contexto(escala)


def _recriar_banco() -> None:
    """Point DATABASE_URL at a new database beside the one it names."""
    origem = os.environ["DATABASE_URL"]
    conexao = psycopg2.connect(origem)
    conexao.autocommit = True
    with conexao.cursor() as cursor:
        nome = sql.Identifier(BANCO)
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(nome))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(nome))
    conexao.close()
    base, _, parametros = origem.partition("?")
    os.environ["DATABASE_URL"] = (
        base.rsplit("/", 1)[0] + f"/{BANCO}" + (f"?{parametros}" if parametros else "")
    )
    print(f"banco {BANCO} pronto ({sys.version.split()[0]})", flush=True)
