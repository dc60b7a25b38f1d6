"""The row locks that are waited for, the lock that creates ciclos, and a sender's turn."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Q

from cobranca.models import Ciclo, Contato, EventoRecebido, Mensagem
from nucleo.models import Empresa

_CRIACAO = 4_600_001
REMETENTE = 4_600_002


class ForaDeTransacao(RuntimeError):
    """A row lock outside a transaction ends with its statement: it would protect nothing."""


def exigir_transacao() -> None:
    """Raise ForaDeTransacao outside a transaction."""
    if not connection.in_atomic_block:
        raise ForaDeTransacao("Travas de linha só dentro de uma transação.")


def criacao_de_ciclos(*, empresa: Empresa) -> None:
    """One transaction at a time creates ciclos of an empresa: contacts and duplicates are settled in it."""
    exigir_transacao()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_CRIACAO, empresa.pk])


def contatos(*, empresa: Empresa, filtro: Q) -> list[Contato]:
    """Lock the contatos that match, by id."""
    exigir_transacao()
    return list(
        Contato.objects.filter(filtro, empresa=empresa)
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )


def ciclos(*, empresa: Empresa, filtro: Q) -> list[Ciclo]:
    """Lock the ciclos that match, by id, before any of their messages."""
    exigir_transacao()
    return list(
        Ciclo.objects.filter(filtro, empresa=empresa)
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )


def mensagens(*, empresa: Empresa, ciclos: Iterable[Ciclo], status: Iterable[str]) -> list[Mensagem]:
    """Lock the messages of ciclos that are locked already, by id."""
    exigir_transacao()
    return list(
        Mensagem.objects.filter(empresa=empresa, ciclo__in=list(ciclos), status__in=list(status))
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )


def mensagem_com_ciclo(*, empresa: Empresa, mensagem_id: int) -> Mensagem | None:
    """Lock one message, its ciclo first; return it as it is under the lock, or None."""
    exigir_transacao()
    ciclo_id = Mensagem.objects.filter(empresa=empresa, pk=mensagem_id).values_list("ciclo_id", flat=True)
    achado = ciclo_id.first()
    if achado is None:
        return None
    Ciclo.objects.select_for_update(no_key=True).get(empresa=empresa, pk=achado)
    return (
        Mensagem.objects.filter(empresa=empresa, pk=mensagem_id)
        .select_related("ciclo__contato")
        .select_for_update(no_key=True, of=("self",))
        .first()
    )


@contextmanager
def vez_do_remetente(*, instancia_id: int) -> Iterator[bool]:
    """Hold a sender's turn for this process, if it is free (yields whether it is).

    A session lock: it ends with the connection, so the turn of a dispatcher that died is free at once and
    its message in flight is known to be orphaned. Pooled connections must be in session mode.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s), pg_backend_pid()", [REMETENTE, instancia_id])
        minha, processo = cursor.fetchone()
    try:
        yield minha
    finally:
        if minha:
            _devolver_vez(instancia_id, processo)


def remetentes_na_vez(*, empresa: Empresa) -> list[int]:
    """Return the ids of the empresa's senders whose turn some process has right now, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT i.id FROM pg_locks l JOIN cobranca_instancia i ON i.id = l.objid::bigint"
            " WHERE i.empresa_id = %s AND l.locktype = 'advisory' AND l.classid = %s AND l.objsubid = 2"
            " AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " ORDER BY i.id",
            [empresa.pk, REMETENTE],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _devolver_vez(instancia_id: int, processo: int) -> None:
    try:
        with connection.cursor() as cursor:
            # A connection that was reopened meanwhile holds no turn: unlocking it would only warn.
            cursor.execute(
                "SELECT pg_advisory_unlock(%s, %s) WHERE pg_backend_pid() = %s",
                [REMETENTE, instancia_id, processo],
            )
    except (DatabaseError, InterfaceError):
        # The turn goes with the connection.
        connection.close()


def evento_a_processar(*, empresa: Empresa, agora: datetime) -> EventoRecebido | None:
    """Lock the oldest event of the inbox that is due and that nobody else has."""
    exigir_transacao()
    return (
        EventoRecebido.objects.filter(empresa=empresa, processado_em=None)
        .filter(Q(tentar_em=None) | Q(tentar_em__lte=agora))
        .select_related("instancia")
        .order_by("id")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .first()
    )
