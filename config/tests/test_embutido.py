"""The embedded servers come back with their data, whatever died and however many start at once."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
import redis

from config.ambiente import RAIZ
from config.embutido import ErroDeInicio, Servidores, garantir, monitorar, postgres, servidor, travas, valkey
from config.embutido.pastas import Pastas, caminho_soquetes

ENTRA_E_GRAVA = """
import os, sys
import psycopg2
from config.embutido import garantir
garantir()
conexao = psycopg2.connect(os.environ["DATABASE_URL"])
conexao.autocommit = True
cursor = conexao.cursor()
cursor.execute("CREATE TABLE IF NOT EXISTS visita (pid int)") if "cria" in sys.argv else None
cursor.execute("INSERT INTO visita VALUES (%s)", [os.getpid()])
conexao.close()
print("pronto", flush=True)
sys.stdin.readline()
"""


def executar(sql: str) -> list[tuple[object, ...]]:
    conexao = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        with conexao, conexao.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        conexao.close()


def cliente_redis() -> "redis.Redis":
    return redis.Redis.from_url(os.environ["REDIS_URL"])


def matar_postmaster(pastas: Pastas) -> int:
    (processo,) = servidor.processos(lambda linha: postgres._e_postmaster(pastas, linha))
    processo.kill()
    return processo.pid


def outro_processo(*argumentos: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", ENTRA_E_GRAVA, *argumentos],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=RAIZ,
    )


def test_data_survive_a_stop_and_a_second_start(pastas: Pastas) -> None:
    primeiros = garantir(pastas)
    assert primeiros is not None
    executar("CREATE TABLE t AS SELECT 42 AS n")
    with cliente_redis() as cliente:
        cliente.set("chave", "valor")
    primeiros.liberar()
    assert travas.livre(postgres.trava(pastas))
    assert travas.livre(valkey.trava(pastas))
    segundos = garantir(pastas)
    assert segundos is not None
    assert executar("SELECT n FROM t") == [(42,)]
    with cliente_redis() as cliente:
        assert cliente.get("chave") == b"valor"
    segundos.liberar()


def test_data_survive_kill_9_of_postgresql(servidores: Servidores) -> None:
    executar("CREATE TABLE t AS SELECT 42 AS n")
    matar_postmaster(servidores.pastas)
    assert servidor.esperar(lambda: monitorar(servidores) == ["PostgreSQL"], 10)
    servidores.subir()
    assert monitorar(servidores) == []
    assert executar("SELECT n FROM t") == [(42,)]


def test_data_survive_kill_9_of_redis(servidores: Servidores) -> None:
    with cliente_redis() as cliente:
        cliente.set("chave", "valor")
    (processo,) = servidor.processos(lambda linha: valkey._e_nosso(servidores.pastas, linha))
    processo.kill()
    assert servidor.esperar(lambda: monitorar(servidores) == ["Redis"], 10)
    servidores.subir()
    with cliente_redis() as cliente:
        assert cliente.get("chave") == b"valor"


def test_a_stale_pid_of_a_living_stranger_does_not_stop_the_start(pastas: Pastas) -> None:
    primeiros = garantir(pastas)
    assert primeiros is not None
    arquivo = pastas.postgres / "postmaster.pid"
    conteudo = arquivo.read_text().splitlines()
    primeiros.liberar()
    # What an unclean stop leaves, with a number that somebody else has got since: this very process.
    arquivo.write_text("\n".join([str(os.getpid()), *conteudo[1:]]) + "\n")
    os.chown(arquivo, pastas.postgres.stat().st_uid, pastas.postgres.stat().st_gid)
    segundos = garantir(pastas)
    assert segundos is not None
    assert postgres.responde(pastas)
    segundos.liberar()


@pytest.mark.concorrencia
def test_processes_that_start_at_once_share_one_server_and_the_last_one_stops_it(pastas: Pastas) -> None:
    primeiro = outro_processo("cria")
    assert primeiro.stdout is not None
    assert primeiro.stdout.readline() == "pronto\n"
    # From here on nobody but these four holds the servers; the first one leaves while three come in.
    demais = [outro_processo() for _ in range(3)]
    primeiro.communicate("sai\n", timeout=60)
    for processo in demais:
        assert processo.stdout is not None
        assert processo.stdout.readline() == "pronto\n"
    assert len(servidor.processos(lambda linha: postgres._e_postmaster(pastas, linha))) == 1
    for processo in demais:
        assert not travas.livre(postgres.trava(pastas))
        processo.communicate("sai\n", timeout=60)
        assert processo.returncode == 0
    assert travas.livre(postgres.trava(pastas))
    assert travas.livre(valkey.trava(pastas))
    seguros = garantir(pastas)
    assert seguros is not None
    assert executar("SELECT count(*) FROM visita") == [(4,)]
    seguros.liberar()


def test_servers_of_a_killed_process_are_found_again(pastas: Pastas) -> None:
    primeiro = outro_processo("cria")
    assert primeiro.stdout is not None
    assert primeiro.stdout.readline() == "pronto\n"
    primeiro.kill()
    primeiro.communicate(timeout=30)
    (antes,) = servidor.processos(lambda linha: postgres._e_postmaster(pastas, linha))
    seguros = garantir(pastas)
    assert seguros is not None
    (depois,) = servidor.processos(lambda linha: postgres._e_postmaster(pastas, linha))
    assert depois.pid == antes.pid
    assert executar("SELECT count(*) FROM visita") == [(1,)]
    seguros.liberar()
    assert travas.livre(postgres.trava(pastas))


def test_the_last_one_out_leaves_no_socket_folder(servidores: Servidores) -> None:
    pasta = caminho_soquetes(servidores.pastas, servidores.pastas.postgres.stat().st_uid)
    assert pasta.is_dir()
    servidores.liberar()
    assert not pasta.exists()


def test_a_lost_socket_folder_is_made_again(servidores: Servidores) -> None:
    executar("CREATE TABLE t AS SELECT 42 AS n")
    dono = servidores.pastas.postgres.stat().st_uid
    for arquivo in caminho_soquetes(servidores.pastas, dono).iterdir():
        arquivo.unlink()
    assert monitorar(servidores) == ["PostgreSQL", "Redis"]
    servidores.subir()
    assert monitorar(servidores) == []
    assert executar("SELECT n FROM t") == [(42,)]


@pytest.mark.parametrize("modo", [0o755, 0o777, 0o710])
def test_a_socket_folder_that_others_may_enter_is_refused(servidores: Servidores, modo: int) -> None:
    dono = servidores.pastas.postgres.stat().st_uid
    pasta = caminho_soquetes(servidores.pastas, dono)
    pasta.chmod(modo)
    with pytest.raises(ErroDeInicio, match="não é só nossa"):
        monitorar(servidores)
    pasta.chmod(0o700)


def test_a_socket_folder_that_is_a_link_is_refused(pastas: Pastas, tmp_path: Path) -> None:
    alvo = tmp_path / "alheia"
    alvo.mkdir(mode=0o700)
    uid = os.geteuid() or 47618
    os.chown(alvo, uid, -1)
    ligacao = caminho_soquetes(pastas, uid)
    ligacao.symlink_to(alvo)
    try:
        with pytest.raises(ErroDeInicio, match="não é só nossa"):
            garantir(pastas)
    finally:
        ligacao.unlink()
    assert list(alvo.iterdir()) == []


def test_sockets_and_data_are_closed_to_others_and_there_is_no_tcp(servidores: Servidores) -> None:
    dono = servidores.pastas.postgres.stat().st_uid
    for pasta in [
        caminho_soquetes(servidores.pastas, dono),
        servidores.pastas.postgres,
        servidores.pastas.redis,
    ]:
        assert stat.S_IMODE(pasta.stat().st_mode) == 0o700
    assert executar("SHOW listen_addresses") == [("",)]
    with cliente_redis() as cliente:
        assert cliente.config_get("port") == {"port": "0"}


def test_a_closed_folder_above_the_data_keeps_its_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pastas: Pastas
) -> None:
    casa = tmp_path / "casa"
    casa.mkdir(mode=0o700)
    dentro = Pastas(casa / "projeto" / ".dados", sem_fsync=True)
    monkeypatch.setenv("DADOS_DIR", str(dentro.raiz))
    seguros = garantir(dentro)
    assert seguros is not None
    assert postgres.responde(dentro)
    seguros.liberar()
    assert stat.S_IMODE(casa.stat().st_mode) == 0o700


def test_a_start_cut_short_while_creating_the_database_is_simply_repeated(pastas: Pastas) -> None:
    (pastas.raiz / "postgres.novo" / "base").mkdir(parents=True)
    seguros = garantir(pastas)
    assert seguros is not None
    assert not (pastas.raiz / "postgres.novo").exists()
    assert executar("SELECT 1") == [(1,)]
    seguros.liberar()


def test_data_of_another_postgresql_version_are_named_and_left_alone(pastas: Pastas) -> None:
    pastas.postgres.mkdir(parents=True)
    (pastas.postgres / "PG_VERSION").write_text("17\n")
    with pytest.raises(ErroDeInicio, match="são do PostgreSQL 17 e o embutido é o 18"):
        garantir(pastas)
    assert [arquivo.name for arquivo in pastas.postgres.iterdir()] == ["PG_VERSION"]


def test_unreadable_redis_data_are_put_aside_and_it_starts_empty(pastas: Pastas) -> None:
    primeiros = garantir(pastas)
    assert primeiros is not None
    primeiros.liberar()
    (manifesto,) = (pastas.redis / "appendonlydir").glob("*.manifest")
    manifesto.write_text("isto não é um manifesto\n")
    segundos = garantir(pastas)
    assert segundos is not None
    with cliente_redis() as cliente:
        assert cliente.dbsize() == 0
    assert len(list(pastas.raiz.glob("redis.estragado-*"))) == 1
    segundos.liberar()


def test_servers_of_ones_own_are_left_alone(pastas: Pastas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://alguem@longe/banco")
    monkeypatch.setenv("REDIS_URL", "redis://longe/0")
    assert garantir(pastas) is None
    assert not pastas.raiz.exists()


def test_a_stopped_postmaster_is_waited_for_not_replaced(servidores: Servidores) -> None:
    """Slow is not dead: a second server on the same data would destroy them."""
    (processo,) = servidor.processos(lambda linha: postgres._e_postmaster(servidores.pastas, linha))
    processo.send_signal(signal.SIGSTOP)
    try:
        assert not travas.livre(postgres.trava(servidores.pastas))
        assert len(servidor.processos(lambda linha: postgres._e_postmaster(servidores.pastas, linha))) == 1
    finally:
        processo.send_signal(signal.SIGCONT)
    servidores.subir()
    (depois,) = servidor.processos(lambda linha: postgres._e_postmaster(servidores.pastas, linha))
    assert depois.pid == processo.pid
