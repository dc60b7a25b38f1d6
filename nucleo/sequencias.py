"""The one allocator of numbers (promise C): dense, unique, given back by a rollback.

One row per scope. The number is taken by an `F()` update under that row's lock, inside the
transaction that inserts the numbered record, so whoever dies or rolls back returns it. A PostgreSQL
SEQUENCE would neither give numbers back nor know of scopes (docs/adr).
"""

from functools import lru_cache
from typing import Any, cast

from django.db import connection, models, router
from django.db.models import F
from django.db.models.sql import UpdateQuery


class ForaDeTransacao(RuntimeError):
    """A number taken outside the transaction that uses it could be lost: a gap."""


def reservar(modelo: type[models.Model], *, campo: str, quantidade: int = 1, **chave: Any) -> int:
    """Take `quantidade` consecutive numbers of the scope `chave`; return the last one.

    Locks the scope's row until the transaction ends, so call it last, right before the insert. The
    first use of a scope creates its row race-free (the second creator waits on the unique key).
    Raises ForaDeTransacao.
    """
    if not connection.in_atomic_block:
        raise ForaDeTransacao("Números só se tiram dentro da transação que os usa.")
    ultimo = _avancar(modelo, campo, quantidade, chave)
    if ultimo is None:
        modelo._default_manager.bulk_create([modelo(**chave)], ignore_conflicts=True)
        ultimo = _avancar(modelo, campo, quantidade, chave)
    if ultimo is None:
        raise LookupError(f"A série {chave} não pôde ser criada.")
    return ultimo


def avancar_linha(
    modelo: type[models.Model],
    *,
    campo: str,
    devolver: tuple[str, ...] = (),
    quantidade: int = 1,
    **chave: Any,
) -> tuple[Any, ...] | None:
    """Advance an existing scope's row; return its new value and the columns `devolver`, None without a row.

    Locks the row until the transaction ends. For scopes whose rows somebody else creates.
    """
    if not connection.in_atomic_block:
        raise ForaDeTransacao("Números só se tiram dentro da transação que os usa.")
    nomes = tuple(sorted(chave))
    sql = _sql_do_avanco(modelo, campo, nomes, devolver)
    with connection.cursor() as cursor:
        cursor.execute(sql, [quantidade, *(_valor(modelo, nome, chave[nome]) for nome in nomes)])
        return cursor.fetchone()


def _avancar(modelo: type[models.Model], campo: str, quantidade: int, chave: dict[str, Any]) -> int | None:
    linha = avancar_linha(modelo, campo=campo, quantidade=quantidade, **chave)
    return linha[0] if linha else None


def _valor(modelo: type[models.Model], nome: str, valor: Any) -> Any:
    return _campo(modelo, nome).get_db_prep_save(getattr(valor, "pk", valor), connection)


def _campo(modelo: type[models.Model], nome: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", modelo._meta.get_field(nome))


@lru_cache(maxsize=64)
def _sql_do_avanco(
    modelo: type[models.Model], campo: str, nomes: tuple[str, ...], devolver: tuple[str, ...] = ()
) -> str:
    """Let the ORM compile `update(campo=F(campo) + n)` once: building it each time costs a third.

    The placeholders come out in the order n, then one per name of `nomes`.
    """
    colunas = ", ".join(f'"{_campo(modelo, nome).column}"' for nome in (campo, *devolver))
    # Distinct sentinels prove the order of the parameters instead of assuming it.
    sentinelas = {nome: 1_000_000_000 + i for i, nome in enumerate(nomes)}
    consulta = cast(UpdateQuery, modelo._default_manager.all().query.chain(UpdateQuery))
    consulta.add_update_values({campo: F(campo) + 999_999_999})
    for nome in nomes:
        consulta.add_q(models.Q(**{_campo(modelo, nome).attname: sentinelas[nome]}))
    using = router.db_for_write(modelo)
    sql, parametros = consulta.get_compiler(using=using).as_sql()
    if list(parametros) != [999_999_999, *sentinelas.values()]:
        raise AssertionError(f"Parâmetros fora da ordem esperada: {parametros}")
    return f"{sql} RETURNING {colunas}"
