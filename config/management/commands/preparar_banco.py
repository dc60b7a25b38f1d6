import os
from argparse import ArgumentParser
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from django.core.management.base import CommandError
from django.db import connection
from psycopg2 import sql

from nucleo.management.base import Comando
from nucleo.parede import SQL_CRIAR_PAPEL

_ATRIBUTOS = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s"


class Command(Comando):
    help = (
        "Prepara um PostgreSQL próprio: o papel `inquilino` e o login dos processos web, que só pode ser"
        " `inquilino`. Mostra a DATABASE_URL_INQUILINO. Pode ser repetido."
    )

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("--login", default="backoffice_web", help="nome do login dos processos web")
        parser.add_argument("--senha-env", required=True, metavar="VAR", help="variável com a senha dele")

    def executar(self, *, login: str, senha_env: str, **_: Any) -> None:
        senha = os.environ.get(senha_env, "")
        if len(senha) < 16:
            raise CommandError(f"senha: a variável {senha_env} precisa de pelo menos 16 caracteres.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, session_user")
            atual, da_conexao = cursor.fetchone()
            if atual != da_conexao or login in {atual, "inquilino"}:
                raise CommandError("Rode com a DATABASE_URL do dono das tabelas (BANCO_PAPEL=dono).")
            cursor.execute(SQL_CRIAR_PAPEL)
            _gravar_login(cursor, login, senha)
        self.stdout.write(f"O login {login} existe e só pode ser `inquilino`.")
        self.stdout.write("DATABASE_URL_INQUILINO=" + _url(login))


def _gravar_login(cursor: Any, login: str, senha: str) -> None:
    cursor.execute(_ATRIBUTOS, [login])
    achado = cursor.fetchone()
    if achado is not None and any(achado):
        raise CommandError(f"--login: {login} passa pelas políticas (superusuário ou BYPASSRLS). Use outro.")
    verbo = sql.SQL("ALTER" if achado else "CREATE")
    nome = sql.Identifier(login)
    # NOINHERIT: without its role set it may do nothing at all, so a lost setting shows no rows.
    cursor.execute(
        sql.SQL("{} ROLE {} LOGIN NOINHERIT NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            verbo, nome, sql.Literal(senha)
        )
    )
    cursor.execute(sql.SQL("GRANT inquilino TO {}").format(nome))
    cursor.execute(sql.SQL("ALTER ROLE {} SET role = 'inquilino'").format(nome))
    cursor.execute("SELECT current_database()")
    banco = sql.Identifier(cursor.fetchone()[0])
    cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(banco, nome))


def _url(login: str) -> str:
    """The address the owner uses, with the new login and a place for its password."""
    partes = urlsplit(os.environ.get("DATABASE_URL", "postgres://localhost/backoffice"))
    lugar = partes.netloc.rpartition("@")[2]
    return urlunsplit(partes._replace(netloc=f"{quote(login)}:SENHA@{lugar}"))
