"""How a quote's number is written and read: ORC-2026-0001 ... ORC-2026-9999, ORC-2026-10000."""

import re
from typing import Final

from nucleo.errors import ErroDeValidacao

NUMERO_MAXIMO: Final = 999_999_999
ANO_MINIMO: Final = 1900
ANO_MAXIMO: Final = 2199
_FORMA = re.compile(r"ORC-([0-9]{4})-([0-9]{4}|[1-9][0-9]{4,8})")
_SERIE = re.compile(r"ORC-([0-9]{4})")


def numero_formatado(ano: int, numero: int) -> str:
    """Return the `budget_number`; at least four digits, more after 9999."""
    return f"ORC-{ano:04d}-{numero:04d}"


def numero_lido(texto: object, *, campo: str = "budget_number") -> tuple[int, int]:
    """Return (ano, numero) of a `budget_number`; raise `budget_number_invalido`."""
    achado = _FORMA.fullmatch(texto.strip().upper()) if isinstance(texto, str) else None
    if achado is None or int(achado[2]) == 0 or not ANO_MINIMO <= int(achado[1]) <= ANO_MAXIMO:
        raise ErroDeValidacao(
            "budget_number_invalido",
            "Número de orçamento inválido; a forma é ORC-2026-0001.",
            field=campo,
        )
    return int(achado[1]), int(achado[2])


def numero_tentado(texto: str) -> tuple[int, int] | None:
    """Return (ano, numero), or None where the text is no number of a quote."""
    try:
        return numero_lido(texto)
    except ErroDeValidacao:
        return None


def serie_lida(texto: str) -> int | None:
    """Return the year of a series' name `ORC-2026`, or None for any other name."""
    achado = _SERIE.fullmatch(texto.strip().upper())
    ano = int(achado[1]) if achado else 0
    return ano if ANO_MINIMO <= ano <= ANO_MAXIMO else None
