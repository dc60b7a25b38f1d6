"""The written form of a code: four characters per part, counted past 9999 in base 36.

0001 ... 9999, then A000 ... A009, A00A ... ZZZZ. Written this way every code has one shape and sorts as it
was given (in collation "C": digits before letters).
"""

import re
from typing import Final

from clientes.errors import CodigoEsgotado
from nucleo.errors import ErroDeValidacao

ULTIMO_DECIMAL: Final = 9999
_A000: Final = 10 * 36**3
ULTIMO: Final = ULTIMO_DECIMAL + 36**4 - _A000
_ALGARISMOS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PARTE: Final = "(?:[0-9]{4}|[A-Z][0-9A-Z]{3})"
FORMA: Final = re.compile(rf"({_PARTE})-({_PARTE})")


def parte_escrita(numero: int) -> str:
    """Return the four characters of `numero`, from 1 on; raise CodigoEsgotado after ZZZZ."""
    if not 1 <= numero <= ULTIMO:
        raise CodigoEsgotado(numero)
    if numero <= ULTIMO_DECIMAL:
        return f"{numero:04d}"
    resto, escrita = numero - ULTIMO_DECIMAL - 1 + _A000, ""
    for _ in range(4):
        resto, algarismo = divmod(resto, 36)
        escrita = _ALGARISMOS[algarismo] + escrita
    return escrita


def parte_lida(escrita: str) -> int:
    """Return the number that `escrita` stands for; the inverse of `parte_escrita`."""
    if escrita.isdigit():
        return int(escrita)
    return int(escrita, 36) - _A000 + ULTIMO_DECIMAL + 1


def codigo_escrito(numero_municipio: int, sequencia: int) -> str:
    """Return XXXX-YYYY."""
    return f"{parte_escrita(numero_municipio)}-{parte_escrita(sequencia)}"


def codigo_lido(codigo: str, *, campo: str = "codigo_cliente") -> tuple[int, int]:
    """Return (number of the municipality, sequence) of XXXX-YYYY; raise `codigo_invalido`."""
    achado = FORMA.fullmatch(codigo.strip().upper())
    partes = (parte_lida(achado[1]), parte_lida(achado[2])) if achado else (0, 0)
    if 0 in partes:
        raise ErroDeValidacao(
            "codigo_invalido",
            "O código do cliente tem a forma XXXX-YYYY, de 0001 a 9999 e depois de A000 a ZZZZ.",
            field=campo,
        )
    return partes
