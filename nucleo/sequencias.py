"""The one allocator of numbers (promise C): dense, unique, given back by a rollback.

One row per scope. The number is taken by an `F()` update under that row's lock, inside the
transaction that inserts the numbered record, so whoever dies or rolls back returns it. A PostgreSQL
SEQUENCE would neither give numbers back nor know of scopes (docs/adr).
"""

from functools import lru_cache
from typing import Any, cast
from zlib import crc32

from django.db import connection, models, router
from django.db.models import F
from django.db.models.sql import UpdateQuery

from nucleo.preparadas import Preparada, com_nomes


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
    avanco = _avanco(modelo, campo, tuple(sorted(chave)), devolver)
    valores = {nome: getattr(valor, "pk", valor) for nome, valor in chave.items()}
    return avanco.linha(quantidade=quantidade, **valores)


def _avancar(modelo: type[models.Model], campo: str, quantidade: int, chave: dict[str, Any]) -> int | None:
    linha = avancar_linha(modelo, campo=campo, quantidade=quantidade, **chave)
    return linha[0] if linha else None


def _campo(modelo: type[models.Model], nome: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", modelo._meta.get_field(nome))


@lru_cache(maxsize=64)
def _avanco(
    modelo: type[models.Model], campo: str, nomes: tuple[str, ...], devolver: tuple[str, ...]
) -> Preparada:
    """Let the ORM compile `update(campo=F(campo) + quantidade)` once: building it each time costs a third."""
    sentinelas = {"quantidade": 999_999_999} | {nome: 1_000_000_000 + i for i, nome in enumerate(nomes)}
    consulta = cast(UpdateQuery, modelo._default_manager.all().query.chain(UpdateQuery))
    consulta.add_update_values({campo: F(campo) + sentinelas["quantidade"]})
    for nome in nomes:
        consulta.add_q(models.Q(**{_campo(modelo, nome).attname: sentinelas[nome]}))
    sql, parametros = consulta.get_compiler(using=router.db_for_write(modelo)).as_sql()
    colunas = ", ".join(f'"{_campo(modelo, nome).column}"' for nome in (campo, *devolver))
    texto = f"{com_nomes(sql, parametros, sentinelas)} RETURNING {colunas}"
    tipos = {nome: str(_campo(modelo, nome).db_type(connection)) for nome in nomes}
    # PostgreSQL cuts a longer name off, so what tells two of them apart stands first.
    return Preparada(f"avanco_{crc32(texto.encode()):08x}_{campo}", texto, {"quantidade": "bigint"} | tipos)
