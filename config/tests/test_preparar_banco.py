"""The web's own login, as production has it: it can be `inquilino` and nothing else."""

import os
import subprocess
import sys
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.ambiente import RAIZ
from config.embutido import Servidores, postgres
from config.embutido.pastas import Pastas
from nucleo.services.empresas import empresa_criar

SENHA = "senha-de-teste-longa"
LOGIN = "backoffice_web_teste"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SENHA_WEB", SENHA)
    call_command("preparar_banco", "--login", LOGIN, "--senha-env", "SENHA_WEB", stdout=StringIO())
    return LOGIN


@pytest.fixture(autouse=True)
def _sem_o_login() -> object:
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_roles WHERE rolname = '{LOGIN}'")
        if cursor.fetchone()[0]:
            # An owner who is no superuser may drop only what belongs to a role it is a member of.
            cursor.execute(f"GRANT {LOGIN} TO CURRENT_USER")
            cursor.execute(f"DROP OWNED BY {LOGIN}")
            cursor.execute(f"DROP ROLE {LOGIN}")


def _como(login: str) -> "psycopg2.extensions.connection":
    dados = connection.settings_dict
    return psycopg2.connect(
        dbname=dados["NAME"],
        user=login,
        password=SENHA,
        host=dados["HOST"] or None,
        port=dados["PORT"] or None,
    )


def test_the_web_login_sees_nothing_without_a_scope_and_cannot_leave_its_role(login: str) -> None:
    alfa = empresa_criar(slug="alfa", nome="Alfa").pk
    empresa_criar(slug="beta", nome="Beta")
    conexao = _como(login)
    conexao.autocommit = True
    try:
        with conexao.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("inquilino",)
            cursor.execute("SELECT count(*) FROM nucleo_perfil")
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT set_config('app.empresa_id', %s, false)", [str(alfa)])
            cursor.execute("SELECT DISTINCT empresa_id FROM nucleo_perfil")
            assert cursor.fetchall() == [(alfa,)]
            cursor.execute("RESET ROLE")
            cursor.execute("SELECT DISTINCT empresa_id FROM nucleo_perfil")
            assert cursor.fetchall() == [(alfa,)]
            cursor.execute("SET ROLE none")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("SELECT * FROM nucleo_perfil")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"SET ROLE {connection.settings_dict['USER'] or 'postgres'}")
    finally:
        conexao.close()


@pytest.mark.concorrencia
def test_an_owner_who_is_no_superuser_can_set_up_everything(pastas: Pastas, servidores: Servidores) -> None:
    """As on a managed server; since PostgreSQL 16 such an owner may not become the roles it creates."""
    conexao = psycopg2.connect(postgres.url(pastas))
    conexao.autocommit = True
    with conexao.cursor() as cursor:
        cursor.execute("CREATE ROLE dono LOGIN CREATEROLE NOSUPERUSER")
        cursor.execute("CREATE DATABASE gerido OWNER dono")
    conexao.close()
    url = postgres.url(pastas, "gerido").replace("postgres@", "dono@")
    ambiente = {k: v for k, v in os.environ.items() if k != "BANCO_PAPEL"} | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "SENHA_WEB": SENHA,
    }
    for comando in (
        ["migrate", "--verbosity", "0"],
        ["preparar_banco", "--senha-env", "SENHA_WEB"],
        ["criar_empresa", "alfa", "--nome", "Alfa"],
    ):
        feito = subprocess.run(
            [sys.executable, "manage.py", *comando], cwd=RAIZ, env=ambiente, capture_output=True, text=True
        )
        assert feito.returncode == 0, feito.stderr


def test_preparing_twice_is_the_same_as_once(login: str, capsys: pytest.CaptureFixture[str]) -> None:
    saida = StringIO()
    call_command("preparar_banco", "--login", LOGIN, "--senha-env", "SENHA_WEB", stdout=saida)
    assert f"DATABASE_URL_INQUILINO=postgres://{LOGIN}:SENHA@" in saida.getvalue()
    assert SENHA not in saida.getvalue()


def test_a_short_password_and_the_owners_own_login_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENHA_WEB", "curta")
    with pytest.raises(CommandError, match="16 caracteres"):
        call_command("preparar_banco", "--senha-env", "SENHA_WEB")
    monkeypatch.setenv("SENHA_WEB", SENHA)
    with pytest.raises(CommandError, match="dono"):
        call_command("preparar_banco", "--login", "inquilino", "--senha-env", "SENHA_WEB")
