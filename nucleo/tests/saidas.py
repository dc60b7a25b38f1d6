"""Run in a process of its own that connects as the web does: each way out of the scope that was once open.

Every function answers how many rows of perfis it saw where it should see none, or only its own.
"""

import threading
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, transaction

from nucleo.escopo import escopo, iterar_no_escopo, visao_do_dono
from nucleo.models import Perfil, Usuario, Vinculo


def todas(alfa: int, beta: int) -> dict[str, Any]:
    """Try every way out, one after another; the connection starts fresh each time."""
    resultado = {}
    for nome, tentar in sorted(_TENTATIVAS.items()):
        connection.close()
        resultado[nome] = tentar(alfa, beta)
    connection.close()
    return resultado


def _vistas() -> list[int]:
    return sorted(set(Perfil.objects.values_list("empresa_id", flat=True)))


def _sql(texto: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(texto)
        return cursor.fetchall() if cursor.description else None


def _sem_escopo(alfa: int, beta: int) -> list[int]:
    return _vistas()


def _no_escopo(alfa: int, beta: int) -> list[int]:
    with escopo(alfa):
        return _vistas()


def _conexao_perdida_no_bloco(alfa: int, beta: int) -> list[int]:
    """The server ends the connection inside `atomic`; Django opens a new one afterwards."""
    with escopo(alfa):
        try:
            with transaction.atomic():
                Perfil.objects.count()
                # The backend ends itself: what the client sees is a connection lost in mid-block.
                _sql("SELECT pg_terminate_backend(pg_backend_pid())")
        except (DatabaseError, InterfaceError):
            pass
        return _vistas()


def _perdida_sem_escopo(alfa: int, beta: int) -> list[int]:
    with escopo(alfa):
        _vistas()
        try:
            _sql("SELECT pg_terminate_backend(pg_backend_pid())")
        except (DatabaseError, InterfaceError):
            connection.close()
    return _vistas()


def _close_no_escopo(alfa: int, beta: int) -> list[int]:
    with escopo(alfa):
        _vistas()
        connection.close()
        return _vistas()


def _close_depois(alfa: int, beta: int) -> list[int]:
    with escopo(alfa):
        connection.close()
    return _vistas()


def _corpo_em_partes(alfa: int, beta: int) -> list[list[int]]:
    """A streaming body is produced after the view, and its scope, are over."""

    def corpo() -> Any:
        yield ",".join(map(str, _vistas())).encode()
        with transaction.atomic():
            yield ",".join(map(str, _vistas())).encode()

    with escopo(alfa):
        partes = iterar_no_escopo(corpo())
    dentro = [[int(n) for n in parte.decode().split(",") if n] for parte in partes]
    return [*dentro, _vistas()]


def _corpo_abandonado(alfa: int, beta: int) -> list[int]:
    """The client hung up halfway through the body: the generator is closed, not finished."""

    def corpo() -> Any:
        with transaction.atomic():
            _vistas()
            yield b"um"
            yield b"dois"

    with escopo(alfa):
        partes = iterar_no_escopo(corpo())
    next(partes)
    partes.close()
    return _vistas()


def _linha_de_execucao(alfa: int, beta: int) -> list[int]:
    """A thread has a connection of its own and no scope."""
    vistas: list[int] = []

    def trabalho() -> None:
        vistas.extend(_vistas())
        connection.close()

    with escopo(alfa):
        fio = threading.Thread(target=trabalho)
        fio.start()
        fio.join()
    return vistas


def _reset_role(alfa: int, beta: int) -> list[int]:
    with escopo(alfa):
        _sql("RESET ROLE")
        return _vistas()


def _reset_all(alfa: int, beta: int) -> list[int]:
    with escopo(alfa):
        _sql("RESET ALL")
        return _vistas()


def _discard_all(alfa: int, beta: int) -> list[int]:
    with escopo(alfa):
        _sql("DISCARD ALL")
        return _vistas()


def _bloco_desfeito(alfa: int, beta: int) -> list[int]:
    """A rolled-back block undoes settings made inside it: none are."""
    with escopo(alfa):
        try:
            with transaction.atomic():
                _vistas()
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        return _vistas()


def _depois_de_erro(alfa: int, beta: int) -> list[int]:
    """A pooled connection after a request that raised."""
    try:
        with escopo(alfa):
            _sql("SELECT 1/0")
    except DatabaseError:
        pass
    return _vistas()


def _depois_do_escopo(alfa: int, beta: int) -> list[int]:
    with escopo(alfa):
        _vistas()
    with escopo(beta):
        return _vistas()


def _visao_do_dono(alfa: int, beta: int) -> str:
    try:
        with visao_do_dono("uma saída que a web não tem"):
            return str(_vistas())
    except RuntimeError as exc:
        return type(exc).__name__


def _copy_from(alfa: int, beta: int) -> str:
    """COPY FROM is not filtered row by row: it is refused."""
    with escopo(alfa):
        try:
            _sql("COPY nucleo_perfil (empresa_id, nome, ativo) FROM STDIN")
        except DatabaseError as exc:
            return type(exc.__cause__).__name__
    return "aceito"


def _gravar_na_outra(alfa: int, beta: int) -> list[Any]:
    with escopo(alfa):
        mudadas = Perfil.objects.filter(empresa_id=beta).update(nome="tomado")
        apagadas = Perfil.objects.filter(empresa_id=beta).delete()[0]
        try:
            _sql(f"INSERT INTO nucleo_perfil (empresa_id, nome, ativo) VALUES ({int(beta)}, 'x', true)")
        except DatabaseError as exc:
            return [mudadas, apagadas, type(exc.__cause__).__name__]
    return [mudadas, apagadas, "aceito"]


def _chave_alheia(alfa: int, beta: int) -> str:
    """A reference to another empresa's row is refused by the composite key."""
    with connection.cursor() as cursor, escopo(beta):
        cursor.execute("SELECT min(id) FROM nucleo_perfil")
        alheio = cursor.fetchone()[0]
    with escopo(alfa):
        try:
            _sql(
                "INSERT INTO nucleo_chaveapi (empresa_id, nome, prefixo, resumo, perfil_id, criada_em)"
                f" VALUES ({int(alfa)}, 'x', 'x', 'x', {alheio}, now())"
            )
        except DatabaseError as exc:
            return type(exc.__cause__).__name__
    return "aceito"


def _estranho(alfa: int, beta: int) -> list[Any]:
    """A role given to another empresa's person would make that account visible, and its password writable."""
    with escopo(beta):
        pessoa = Vinculo.objects.latest("pk").usuario_id
    with escopo(alfa):
        vista = Usuario.objects.filter(pk=pessoa).count()
        mudadas = Usuario.objects.filter(pk=pessoa).update(password="tomada")
        papel = Perfil.objects.filter(nome="gerente").values_list("pk", flat=True).get()
        sql = "INSERT INTO nucleo_vinculo (empresa_id, usuario_id, perfil_id, ativo, criado_em)"
        return [vista, mudadas, _recusa(f"{sql} VALUES ({int(alfa)}, {pessoa}, {papel}, true, now())")]


def _chaves_da_outra(alfa: int, beta: int) -> list[int]:
    """Hashes of keys, contexts and answers kept for another empresa's `Idempotency-Key`."""
    tabelas = ("nucleo_chaveapi", "session_context", "nucleo_chaveidempotencia", "django_admin_log",
               "nucleo_registroauditoria", "nucleo_alerta", "nucleo_perfil_permissoes")  # fmt: skip
    with escopo(alfa):
        proprios = "SELECT id FROM nucleo_perfil WHERE empresa_id = current_setting('app.empresa_id')::bigint"
        return [
            _sql(f"SELECT count(*) FROM {tabela} WHERE "
                 + (f"perfil_id NOT IN ({proprios})" if tabela.endswith("permissoes")
                    else f"empresa_id = {int(beta)}"))[0][0]
            for tabela in tabelas
        ]  # fmt: skip


def _estatisticas(alfa: int, beta: int) -> list[int]:
    """The planner's most common values are rows of everybody; other sessions' statements carry data."""
    with escopo(alfa):
        valores = _sql("SELECT count(*) FROM pg_stats WHERE tablename = 'nucleo_perfil'")
        pedidos = _sql(
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND query NOT IN ('', '<insufficient privilege>')"
        )
    return [valores[0][0], pedidos[0][0]]


def _sem_row_security(alfa: int, beta: int) -> str:
    """Switched off it does not show more, it refuses."""
    with escopo(alfa):
        _sql("SET row_security = off")
        try:
            return _recusa("SELECT count(*) FROM nucleo_perfil")
        finally:
            connection.close()


def _recusa(sql: str) -> str:
    """The error a statement ends in; what it did is undone."""
    try:
        with transaction.atomic():
            _sql(sql)
            raise ZeroDivisionError
    except DatabaseError as exc:
        return type(exc.__cause__).__name__
    except ZeroDivisionError:
        return "aceito"


# What the wall stands on, and what passes by it: none of it is `inquilino`'s to touch.
PROIBIDOS = {
    "TRUNCATE": "TRUNCATE nucleo_perfil CASCADE",
    "tabela": "CREATE TABLE minha (x int)",
    "tabela temporária": "CREATE TEMP TABLE nucleo_vinculo (x int)",
    "função": "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "esquema": "CREATE SCHEMA meu",
    "política": "DROP POLICY nucleo_perfil_da_empresa ON nucleo_perfil",
    "política nova": "CREATE POLICY tudo ON nucleo_perfil USING (true)",
    "parede baixada": "ALTER TABLE nucleo_perfil DISABLE ROW LEVEL SECURITY",
    "gatilho": "ALTER TABLE nucleo_perfil DISABLE TRIGGER ALL",
    "gatilhos de réplica": "SET session_replication_role = replica",
    "senhas do servidor": "SELECT * FROM pg_authid",
    "arquivo": "SELECT pg_read_file('/etc/passwd')",
    "programa": "COPY nucleo_perfil TO PROGRAM 'cat'",
    "contador": "SELECT setval('nucleo_perfil_id_seq', 1)",
    "estatística": "SELECT * FROM pg_statistic",
    "trilha mudada": "UPDATE nucleo_registroauditoria SET ator = 'outro'",
    "trilha apagada": "DELETE FROM nucleo_registroauditoria",
    "empresa nova": "INSERT INTO nucleo_empresa (slug, nome) VALUES ('x', 'x')",
    "empresa apagada": "DELETE FROM nucleo_empresa",
    "pessoa apagada": "DELETE FROM nucleo_usuario",
    "alerta para todas": "INSERT INTO nucleo_alerta (chave, severidade, titulo, detalhe, dados, aberto_em,"
    " visto_em) VALUES ('x', 'error', 'x', '', '{}', now(), now())",
}


def _proibidos(alfa: int, beta: int) -> dict[str, str]:
    with escopo(alfa):
        return {nome: _recusa(sql) for nome, sql in PROIBIDOS.items()}


_TENTATIVAS = {
    "sem escopo": _sem_escopo,
    "no escopo": _no_escopo,
    "conexão perdida dentro de atomic": _conexao_perdida_no_bloco,
    "conexão perdida, escopo já deixado": _perdida_sem_escopo,
    "close() no escopo": _close_no_escopo,
    "close() antes de deixar o escopo": _close_depois,
    "corpo em partes": _corpo_em_partes,
    "corpo abandonado": _corpo_abandonado,
    "thread": _linha_de_execucao,
    "RESET ROLE": _reset_role,
    "RESET ALL": _reset_all,
    "DISCARD ALL": _discard_all,
    "bloco desfeito": _bloco_desfeito,
    "depois de um erro": _depois_de_erro,
    "um escopo depois do outro": _depois_do_escopo,
    "visão do dono": _visao_do_dono,
    "COPY FROM": _copy_from,
    "gravar na outra": _gravar_na_outra,
    "chave de fora": _chave_alheia,
    "estranho": _estranho,
    "chaves da outra": _chaves_da_outra,
    "estatísticas": _estatisticas,
    "row_security = off": _sem_row_security,
    "proibidos": _proibidos,
}
