"""What stops a start is one sentence with its cause and the way out, and nothing has been made."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from config import preflight
from config.ambiente import RAIZ
from config.embutido import ErroDeInicio, Servidores, identidade, postgres
from config.embutido.pastas import Pastas
from config.preflight import maquina
from config.preflight.esquema import conferir_esquema
from config.preflight.servidores import sem_senha


@pytest.fixture
def porta_ocupada() -> Iterator[int]:
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        tomada.listen()
        yield tomada.getsockname()[1]


@pytest.fixture(autouse=True)
def portas_livres(monkeypatch: pytest.MonkeyPatch) -> None:
    for nome in ("PORT", "SIMULADOR_PORT"):
        with socket.socket() as tomada:
            tomada.bind(("127.0.0.1", 0))
            monkeypatch.setenv(nome, str(tomada.getsockname()[1]))


def erro_do_make_run(**ambiente: str) -> str:
    """Start the product for real; it must refuse with one line."""
    feito = subprocess.run(
        [sys.executable, "-m", "config.supervisor"],
        capture_output=True,
        text=True,
        cwd=RAIZ,
        env={**os.environ, **ambiente},
        timeout=60,
    )
    assert feito.returncode == 1
    (linha,) = [linha for linha in feito.stderr.splitlines() if linha]
    assert linha.startswith("Erro: ")
    return linha


def test_a_good_machine_passes(pastas: Pastas) -> None:
    preflight.conferir_maquina()
    assert not pastas.raiz.exists()


@pytest.mark.parametrize("nome", ["PORT", "SIMULADOR_PORT"])
def test_a_busy_port_is_named_with_the_way_out(pastas: Pastas, porta_ocupada: int, nome: str) -> None:
    linha = erro_do_make_run(**{nome: str(porta_ocupada)})
    assert f"A porta {porta_ocupada} ({nome}) não pode ser usada em 127.0.0.1: já está em uso." in linha
    assert f"{nome}={porta_ocupada + 1} make run" in linha
    assert not pastas.raiz.exists()


@pytest.mark.parametrize("texto", ["abc", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, texto: str) -> None:
    monkeypatch.setenv("PORT", texto)
    with pytest.raises(ErroDeInicio, match="não é uma porta"):
        preflight.conferir_maquina()


def test_one_port_for_two_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMULADOR_PORT", os.environ["PORT"])
    with pytest.raises(ErroDeInicio, match="são a mesma porta"):
        preflight.conferir_maquina()


def test_a_dados_dir_that_cannot_be_written_is_named(tmp_path: Path, pastas: Pastas) -> None:
    arquivo = tmp_path / "arquivo"
    arquivo.write_text("não sou uma pasta")
    linha = erro_do_make_run(DADOS_DIR=str(arquivo / "dados"))
    assert f"Não consigo gravar em DADOS_DIR={arquivo}/dados" in linha
    assert arquivo.read_text() == "não sou uma pasta"


def test_a_dados_dir_below_a_closed_folder_is_named(
    tmp_path: Path, pastas: Pastas, monkeypatch: pytest.MonkeyPatch
) -> None:
    dados = tmp_path / "fechada" / "dados"
    dados.parent.mkdir()
    real = os.stat

    def fechado(caminho: object, **opcoes: object) -> os.stat_result:
        if str(caminho).startswith(str(dados)):
            raise PermissionError(13, "Permission denied", str(caminho))
        return real(caminho, **opcoes)

    # root may look into every folder, so the closed one is played.
    monkeypatch.setattr(os, "stat", fechado)
    monkeypatch.setattr(os, "access", lambda caminho, modo: Path(caminho) != dados.parent)
    monkeypatch.setenv("DADOS_DIR", str(dados))
    with pytest.raises(ErroDeInicio, match=rf"DADOS_DIR={dados} \({dados.parent} não permite\)"):
        preflight.conferir_maquina()
    assert identidade.dos_servidores(dados / "postgres").uid in {os.geteuid(), identidade.UID_DOS_SERVIDORES}


@pytest.mark.parametrize(("ocupada", "outra"), [(80, 8080), (8000, 8001)])
def test_the_port_that_is_offered_instead_needs_no_root(ocupada: int, outra: int) -> None:
    assert maquina._outra(ocupada) == outra


def test_too_little_room_on_the_disk_is_named(pastas: Pastas) -> None:
    linha = erro_do_make_run(ESPACO_MINIMO_MB="999999999")
    assert "MB livres no disco de DADOS_DIR" in linha
    assert not pastas.raiz.exists()


@pytest.mark.parametrize(
    ("url", "causa"),
    [
        (
            "postgres://x:segredo@127.0.0.1:1/nada",
            "Não consigo conectar em DATABASE_URL=postgres://x:***@127.0.0.1:1/nada",
        ),
        ("sqlite:///banco.sqlite3", "não é um PostgreSQL, e só ele serve"),
        ("isto não é um endereço", "não é um PostgreSQL, e só ele serve"),
    ],
)
def test_a_wrong_database_url_is_named_without_its_password(pastas: Pastas, url: str, causa: str) -> None:
    linha = erro_do_make_run(DATABASE_URL=url)
    assert causa in linha
    assert "segredo" not in linha
    assert not pastas.raiz.exists()


def test_a_wrong_redis_url_is_named(pastas: Pastas) -> None:
    linha = erro_do_make_run(REDIS_URL="redis://127.0.0.1:1/0")
    assert "Não consigo usar REDIS_URL=redis://127.0.0.1:1/0" in linha
    assert not pastas.raiz.exists()


def test_a_command_with_a_wrong_database_url_says_so_in_one_line(pastas: Pastas) -> None:
    feito = subprocess.run(
        [sys.executable, "manage.py", "showmigrations"],
        capture_output=True,
        text=True,
        cwd=RAIZ,
        env={**os.environ, "DATABASE_URL": "postgres://x@127.0.0.1:1/nada"},
    )
    assert feito.returncode == 1
    assert feito.stderr.count("\n") == 1
    assert feito.stderr.startswith("Erro: Não consigo conectar em DATABASE_URL")


def test_a_command_on_a_database_that_was_never_migrated_says_what_to_do(
    pastas: Pastas, servidores: Servidores
) -> None:
    def linha() -> str:
        feito = subprocess.run(
            [sys.executable, "manage.py", "proximos_numeros"],
            capture_output=True,
            text=True,
            cwd=RAIZ,
            env={**os.environ, "BANCO_PAPEL": "inquilino", "DJANGO_SETTINGS_MODULE": "config.settings.local"},
        )
        assert (feito.returncode, feito.stdout) == (1, "")
        return feito.stderr

    preparar = (
        "CommandError: O banco não está preparado para esta versão do programa: rode 'python manage.py "
        "migrate' (o 'make run' faz isso sozinho).\n"
    )
    assert linha() == preparar
    # The same in a cluster in which another database of ours already made the role.
    with psycopg2.connect(postgres.url(pastas)) as conexao, conexao.cursor() as cursor:
        cursor.execute("CREATE ROLE inquilino")
    conexao.close()
    assert linha() == preparar


def test_help_starts_no_server(pastas: Pastas) -> None:
    feito = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--help"], capture_output=True, text=True, cwd=RAIZ
    )
    assert feito.returncode == 0
    assert not pastas.raiz.exists()


def test_a_password_is_never_shown() -> None:
    assert sem_senha("redis://:s3nha@h:1/0") == "redis://:***@h:1/0"
    assert sem_senha("postgres://u@h/b") == "postgres://u@h/b"


@pytest.mark.django_db
def test_the_current_schema_lacks_nothing() -> None:
    assert conferir_esquema() == 0


@pytest.mark.django_db
def test_a_database_of_a_newer_version_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('nucleo', '9999_do_futuro', now())"
        )
    with pytest.raises(ErroDeInicio, match=r"mais nova: tem a migração nucleo\.9999_do_futuro"):
        conferir_esquema()


@pytest.mark.django_db
def test_a_database_of_an_older_version_is_counted_not_refused() -> None:
    grafo = MigrationLoader(connection).graph
    ultima = next(no for no in grafo.leaf_nodes() if not grafo.node_map[no].children)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE (app, name) = (%s, %s)", ultima)
    assert conferir_esquema() == 1


@pytest.mark.django_db
def test_somebody_elses_database_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations")
    with pytest.raises(ErroDeInicio, match="já tem tabelas que não são deste programa"):
        conferir_esquema()
