#!/usr/bin/env python
"""Operators' door: every command of the product starts here.

Before Django's settings load, the embedded PostgreSQL and Redis are started (or attached to) unless the
environment names servers of one's own, and the process is told in which database role it works.
"""

import os
import sys
from pathlib import Path

# Commands that define the schema or move raw rows. All others connect as `inquilino`: see nucleo.escopo.
DO_DONO = {
    "check",
    "createcachetable",
    "dbshell",
    "dumpdata",
    "flush",
    "inspectdb",
    "loaddata",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "preparar_banco",
    "showmigrations",
    "sqlflush",
    "sqlmigrate",
    "sqlsequencereset",
    "squashmigrations",
    "test",
}
# Commands that never ask a server anything; starting one for them would only cost time.
SEM_SERVIDORES = {
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "simular_evolution",
    "spectacular",
    "startapp",
    "version",
}
RAIZ = Path(__file__).resolve().parent


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - an old Python must get a sentence, not a traceback
        versao = sys.version.split()[0]
        sys.stderr.write(f"Erro: este programa precisa do Python 3.11 ou mais novo; este é o {versao}.\n")
        return 1
    _usar_o_ambiente_do_projeto()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    comando = next((parte for parte in sys.argv[1:] if not parte.startswith("-")), "help")
    os.environ.setdefault("BANCO_PAPEL", "dono" if comando in DO_DONO else "inquilino")

    from config import ambiente, embutido, preflight

    ambiente.ler_arquivo_env()
    try:
        if comando in SEM_SERVIDORES or {"--help", "-h", "--version"} & set(sys.argv[1:]):
            embutido.enderecar()
        else:
            preflight.conferir_postgres()
            embutido.garantir()
    except embutido.ErroDeInicio as erro:
        ambiente.falhar(erro)
        return 1

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as erro:
        ambiente.falhar(erro)
        return 1
    except KeyboardInterrupt:
        # What a command had committed stays; long ones go on from there.
        sys.stderr.write("\nInterrompido.\n")
        return 130
    return 0


def _usar_o_ambiente_do_projeto() -> None:
    """Called with a Python that lacks the packages, go on with the one that `make run` prepared."""
    try:
        import django  # noqa: F401
    except ModuleNotFoundError:
        python = RAIZ / ".venv" / "bin" / "python"
        if not python.exists():
            sys.stderr.write(
                "Erro: os pacotes não estão instalados. Rode 'make run' (ou 'make venv') uma vez.\n"
            )
            raise SystemExit(1) from None
        if Path(sys.prefix) != RAIZ / ".venv":
            os.execv(python, [str(python), str(RAIZ / "manage.py"), *sys.argv[1:]])  # noqa: S606
        raise


if __name__ == "__main__":
    sys.exit(main())
