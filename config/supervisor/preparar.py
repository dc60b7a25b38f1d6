"""Brings the database to this version of the program. A process of its own: the schema's owner."""

import sys

import django
from django.core.management import call_command
from django.db import DatabaseError, connection

from config.ambiente import falhar
from config.embutido import ErroDeInicio

# Two starts against one database must not migrate at the same time.
_TRAVA_DA_MIGRACAO = 7_301_886


def preparar() -> None:
    """Check the schema and apply what is missing."""
    from config.preflight.esquema import conferir_esquema

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_TRAVA_DA_MIGRACAO])
        faltam = conferir_esquema()
        if faltam:
            print(f"aplicando {faltam} migrações", flush=True)
            call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as erro:
        motivo = (str(erro).strip().splitlines() or ["sem mensagem"])[0]
        raise ErroDeInicio(
            f"O banco não pôde ser atualizado: {motivo}. "
            "Confira se o usuário de DATABASE_URL é o dono do banco."
        ) from erro


if __name__ == "__main__":
    django.setup()
    try:
        preparar()
    except ErroDeInicio as erro:
        falhar(erro)
        sys.exit(1)
