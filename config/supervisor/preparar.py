"""Brings the database to this version of the program. A process of its own: the schema's owner.

One process for all steps: each start of Django costs a second, and a second `make run` should take few.
"""

import os
import sys

import django
from django.core.management import call_command
from django.db import DatabaseError, connection

from config.ambiente import falhar
from config.embutido import ErroDeInicio
from config.supervisor.partes import manage

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
        call_command("sincronizar_agenda")
    except DatabaseError as erro:
        motivo = (str(erro).strip().splitlines() or ["sem mensagem"])[0]
        raise ErroDeInicio(
            f"O banco não pôde ser atualizado: {motivo}. "
            "Confira se o usuário de DATABASE_URL é o dono do banco."
        ) from erro


def carregar_demo() -> None:
    """Become the command that loads the demo companies, where the database waits for them."""
    from config.demo import demo_pendente

    if demo_pendente():
        connection.close()
        # Its work is a company's, so it is not the owner's.
        os.environ["BANCO_PAPEL"] = "inquilino"
        os.execv(sys.executable, manage("carregar_demo"))  # noqa: S606 - our own program


if __name__ == "__main__":
    django.setup()
    try:
        preparar()
        if "--demo" in sys.argv[1:]:
            carregar_demo()
    except ErroDeInicio as erro:
        falhar(erro)
        sys.exit(1)
