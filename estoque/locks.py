"""Every lock of the stock, and their one order: product, then carteira, pré-separação, separação, produção.

Product locks are NO KEY UPDATE: a plain FOR UPDATE would stop every writer through the foreign key.
Whoever decides by the balance locks first and reads it in the next statement, never in the same one.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, connection, models, transaction

from estoque.errors import ESPERA_S, produto_desconhecido, produto_ocupado, registro_desconhecido
from estoque.models import Produto
from nucleo.escopo import exigir_empresa

# First key of the advisory locks; the second one is the empresa.
CLASSE_DOBRA = 7301
CLASSE_DESLIGADO = 7302
M = TypeVar("M", bound=models.Model)
_SEM_ESPERA = {"55P03"}  # lock_not_available: lock_timeout ran out


@contextmanager
def espera_limitada() -> Iterator[None]:
    """Wait at most ten seconds for any lock in the block; raise Indisponivel `produto_ocupado` after."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true)", [f"{ESPERA_S}s"]
        )
        anterior = cursor.fetchone()[0]
    try:
        yield
    except OperationalError as exc:
        if getattr(exc.__cause__, "pgcode", None) in _SEM_ESPERA:
            raise produto_ocupado() from exc
        raise
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [anterior])


def travar_produtos(
    *, empresa_id: int, produto_ids: Iterable[int], pular_ocupados: bool = False
) -> list[int]:
    """Lock the products NO KEY, ordered by id, in one statement; return the ids that are now held.

    Unordered folds deadlock each other. With `pular_ocupados` those held by others are left out; else
    raises Indisponivel `produto_ocupado` after ten seconds.
    """
    ids = sorted(set(produto_ids))
    linhas = Produto.objects.select_for_update(no_key=True, skip_locked=pular_ocupados)
    linhas = linhas.filter(empresa_id=empresa_id, pk__in=ids)
    with espera_limitada():
        return list(linhas.order_by("pk").values_list("pk", flat=True))


@contextmanager
def lock_produto(codigo: str, *, empresa_id: int | None = None) -> Iterator[Produto]:
    """Hold one product alone: other holders wait, at most ten seconds; writers of movements do not.

    Opens a transaction if there is none. Raises NaoEncontrado `produto_desconhecido`, Indisponivel
    `produto_ocupado`.
    """
    with transaction.atomic():
        linhas = Produto.objects.select_for_update(no_key=True)
        with espera_limitada():
            produto = linhas.filter(empresa_id=empresa_id or exigir_empresa(), cod_produto=codigo).first()
        if produto is None:
            raise produto_desconhecido(codigo)
        yield produto


def travar_linha(modelo: type[M], *, empresa_id: int, pk: int, campo: str = "id") -> M:
    """Lock one row of a stage NO KEY and return it as it is now. Raises NaoEncontrado."""
    linha = modelo._default_manager.select_for_update(no_key=True, of=("self",))
    with espera_limitada():
        achada = linha.filter(empresa_id=empresa_id, pk=pk).first()
    if achada is None:
        raise registro_desconhecido(campo)
    return achada


def dividir_dobra(*, empresa_id: int) -> None:
    """Share the empresa's fold lock until the transaction ends: folds run together, a rebuild alone."""
    with espera_limitada(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [CLASSE_DOBRA, empresa_id])


def exigir_dobra(*, empresa_id: int) -> None:
    """Hold the empresa's fold lock alone until the transaction ends (rebuild)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CLASSE_DOBRA, empresa_id])


def segurar_desligado(*, empresa_id: int) -> None:
    """Take the loader's session lock: it lives exactly as long as the loader's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [CLASSE_DESLIGADO, empresa_id])


def soltar_desligado(*, empresa_id: int) -> None:
    """Give the loader's session lock back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [CLASSE_DESLIGADO, empresa_id])


def carregador_morto(*, empresa_id: int) -> bool:
    """Tell whether nobody holds the loader's lock; if so, hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [CLASSE_DESLIGADO, empresa_id])
        return bool(cursor.fetchone()[0])
