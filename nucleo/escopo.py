"""The tenant wall's only door (promise T).

PostgreSQL shows and changes only rows of the empresa named by the setting `app.empresa_id`, as long
as the connection acts as the role `inquilino`. Nothing but this module may change either.

Three ways in, all outside any transaction, because a setting made inside a rolled-back block is
undone, and so is a reset:

- `escopo(empresa)`: work for one company;
- `escopo_do_usuario(usuario_id)`: before there is a company, a person's own perfis and contexts;
- `visao_do_dono(motivo)`: the few jobs that must look across companies, each with its reason.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from nucleo.models import Empresa

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alvo:
    """What the connection of this context is allowed to see."""

    empresa_id: int | None = None
    usuario_id: int | None = None
    dono: bool = False


_alvo: ContextVar[Alvo | None] = ContextVar("alvo_do_escopo", default=None)


class EscopoDentroDeTransacao(RuntimeError):
    """The wall's target may not change inside a transaction: a rollback would undo the change."""


class VisaoDoDonoNaWeb(RuntimeError):
    """In production the web's login could not even do it; here it is refused by name."""


def empresa_atual_id() -> int | None:
    """Return the id of the empresa this context works for, or None."""
    alvo = _alvo.get()
    return alvo.empresa_id if alvo else None


def exigir_empresa() -> int:
    """Return the id of the empresa this context works for; raise where there is none."""
    empresa_id = empresa_atual_id()
    if empresa_id is None:
        raise RuntimeError("Nenhuma empresa no escopo: use `escopo(empresa)`.")
    return empresa_id


@contextmanager
def escopo(empresa: "Empresa | int") -> Iterator[None]:
    """Work for one empresa: only its rows are seen or changed until the block ends.

    The person is left out on purpose: policies add up, so with both set a list of this empresa would
    also show the person's rows of their other empresas.
    """
    with _entrar(Alvo(empresa_id=empresa if isinstance(empresa, int) else empresa.pk)):
        yield


@contextmanager
def escopo_do_usuario(usuario_id: int) -> Iterator[None]:
    """Before there is an empresa: show a person's own perfis, empresas and session contexts."""
    with _entrar(Alvo(usuario_id=usuario_id)):
        yield


@contextmanager
def visao_do_dono(motivo: str) -> Iterator[None]:
    """Look across all empresas. `motivo` is the written reason; web processes have no such view.

    The reasons in use are listed by the architecture test, so a new one is a decision.
    """
    if not motivo.strip():
        raise ValueError("A visão do dono precisa de um motivo escrito.")
    if settings.BANCO_PAPEL == "web":
        raise VisaoDoDonoNaWeb("Um processo web não tem a visão do dono.")
    with _entrar(Alvo(dono=True)):
        yield


@contextmanager
def _entrar(alvo: Alvo) -> Iterator[None]:
    _recusar_transacao()
    anterior = _alvo.get()
    ficha = _alvo.set(alvo)
    try:
        if connection.connection is not None:
            _aplicar(connection, alvo)
        yield
    finally:
        _alvo.reset(ficha)
        _restaurar(anterior)


def _recusar_transacao() -> None:
    if _em_transacao():
        raise EscopoDentroDeTransacao("O escopo não muda dentro de uma transação.")


def _em_transacao() -> bool:
    # The test case's own outermost transaction lives as long as the test: nothing undoes it midway.
    return any(not getattr(bloco, "_from_testcase", False) for bloco in connection.atomic_blocks)


def _restaurar(anterior: Alvo | None) -> None:
    """Put the previous target back; a connection that cannot be reset is closed, never reused."""
    if connection.connection is None:
        return
    if _em_transacao():
        # A scope left before its inner transaction ended (a generator dropped halfway): what we set
        # now would be undone by the rollback, so this connection must not live on.
        logger.warning("escopo deixado dentro de transacao; conexao fechada")
        connection.close()
        return
    try:
        _aplicar(connection, anterior)
    except (DatabaseError, InterfaceError):
        logger.warning("escopo nao pode ser desfeito; conexao fechada")
        connection.close()


def _aplicar(conexao: BaseDatabaseWrapper, alvo: Alvo | None) -> None:
    papel, empresa, usuario = _valores(alvo)
    with conexao.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, false), set_config('app.empresa_id', %s, false),"
            " set_config('app.usuario_id', %s, false)",
            [papel, empresa, usuario],
        )


def _valores(alvo: Alvo | None) -> tuple[str, str, str]:
    if alvo is None:
        return ("none" if settings.BANCO_PAPEL == "dono" else "inquilino"), "", ""
    papel = "none" if alvo.dono else "inquilino"
    return papel, str(alvo.empresa_id or ""), str(alvo.usuario_id or "")


def _reaplicar(sender: Any, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """A connection that was lost and reopened must show what its context shows, not more."""
    alvo = _alvo.get()
    if alvo is not None:
        _aplicar(connection, alvo)


def instalar() -> None:
    """Connect the re-application to new connections (called once by the app's `ready`)."""
    connection_created.connect(_reaplicar, dispatch_uid="nucleo.escopo.reaplicar")


def iterar_no_escopo(partes: Iterator[bytes]) -> Iterator[bytes]:
    """Wrap a streaming body: it is produced after the view returned, so it re-enters the target.

    The target is read now, not at the first chunk: by then the request's scope has been left.
    """
    alvo = _alvo.get()
    return partes if alvo is None else _iterar(alvo, partes)


def _iterar(alvo: Alvo, partes: Iterator[bytes]) -> Iterator[bytes]:
    with _entrar(alvo):
        yield from partes
