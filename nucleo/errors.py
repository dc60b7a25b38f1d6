"""The one root of domain errors, and the translation of constraint names into them.

No HTTP in here: `nucleo.api.problemas` gives each class its status, the admin shows `detail`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError


class ErroDeNegocio(Exception):
    """A request that cannot be carried out; nothing was changed.

    `code` is stable and machine-readable, `detail` one Portuguese sentence for a person,
    `field` the input it is about, `extra` data a caller may need (an existing code, a limit).
    """

    def __init__(self, code: str, detail: str, *, field: str | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field = field
        self.extra = extra

    def __reduce__(self) -> tuple[Any, ...]:
        return _reconstruir, (type(self), self.code, self.detail, self.field, self.extra)


def _reconstruir(
    classe: type[ErroDeNegocio], code: str, detail: str, field: str | None, extra: dict[str, Any]
) -> ErroDeNegocio:
    return classe(code, detail, field=field, **extra)


class ErroDeValidacao(ErroDeNegocio):
    """Bad input: the sentence names the field and the reason."""


class Conflito(ErroDeNegocio):
    """The state of the row, or a row that already exists, forbids it."""


class NaoEncontrado(ErroDeNegocio):
    """No such row in this empresa (also when another empresa has one)."""


class NaoPermitido(ErroDeNegocio):
    """The active perfil or the key may not do this."""


class Indisponivel(ErroDeNegocio):
    """Right now it cannot be answered or done; trying again later may work."""


class ErrosDeValidacao(ErroDeValidacao):
    """Several bad fields at once; `erros` holds one error each."""

    def __init__(self, erros: list[ErroDeValidacao]) -> None:
        primeiro = erros[0]
        super().__init__(primeiro.code, primeiro.detail, field=primeiro.field, **primeiro.extra)
        self.erros = erros

    def __reduce__(self) -> tuple[Any, ...]:
        return ErrosDeValidacao, (self.erros,)


def restricao_violada(exc: IntegrityError) -> str:
    """Return the name of the constraint PostgreSQL refused by, or an empty string."""
    diag = getattr(exc.__cause__, "diag", None)
    return getattr(diag, "constraint_name", None) or ""


@contextmanager
def restricoes(mapa: Mapping[str, Callable[[], ErroDeNegocio]]) -> Iterator[None]:
    """Turn an IntegrityError of a named constraint into its domain error; others pass through.

    The caller must hold a savepoint or let the transaction end: PostgreSQL has aborted it.
    """
    try:
        yield
    except IntegrityError as exc:
        criar = mapa.get(restricao_violada(exc))
        if criar is None:
            raise
        raise criar() from exc
