"""Reading and writing decimal numbers: money (2 places) and quantities (3 places).

Two readers, because the same characters mean different things at two doors:

* `decimal_lido` is the API's: JSON strings with a decimal point ("1234.56"), nothing else.
* `decimal_brasileiro` is the office's and the spreadsheet's: "1.234,56", "1234,56", "R$ 10,00", and also
  "1234.56" where only one reading exists. `1.234` has two (a thousand, or one and a bit) that differ by a
  factor of a thousand, so it is refused with the two ways of writing what was meant.

Both refuse NaN, infinity, exponents, more places than the field keeps and anything from 10^15 up.
"""

import math
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Final

from nucleo.errors import ErroDeValidacao

CODIGO: Final = "valor_invalido"
LIMITE: Final = Decimal(10) ** 15
ENTRADA_MAXIMA: Final = 40
# A float holds 15 significant digits exactly as they were written; beyond that it may be another number.
DIGITOS_DE_FLOAT: Final = 15

_API = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_SO_ALGARISMOS = re.compile(r"[0-9]+")
_VIRGULA_DECIMAL = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),[0-9]+")
_PONTO_COM_MILHAR = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+")
_MILHARES = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_PONTO_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_AMBIGUO = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")


def decimal_lido(
    valor: object,
    *,
    casas: int,
    minimo: Decimal | int | None = None,
    maximo: Decimal | int | None = None,
    campo: str | None = None,
) -> Decimal:
    """Read an API value (string with a decimal point, int or Decimal) with exactly `casas` places.

    A JSON number with a fraction is taken where it surely is what was written (15 significant digits).
    Raises `valor_invalido`.
    """
    if isinstance(valor, str):
        return _lido(_da_api(valor, campo), casas, minimo, maximo, campo)
    return _lido(_de_numero(valor, campo), casas, minimo, maximo, campo)


def decimal_brasileiro(
    valor: object,
    *,
    casas: int,
    minimo: Decimal | int | None = None,
    maximo: Decimal | int | None = None,
    campo: str | None = None,
) -> Decimal:
    """Read what an office person typed or a spreadsheet holds, with exactly `casas` places.

    Raises `valor_invalido`, also for the ambiguous `1.234`.
    """
    if isinstance(valor, str):
        return _lido(_do_escritorio(valor, campo), casas, minimo, maximo, campo)
    return _lido(_de_numero(valor, campo), casas, minimo, maximo, campo)


def centavos(valor: Decimal) -> Decimal:
    """Round half up to cents: the one rounding of money (a line is quantity times price, then this)."""
    return arredondado(valor, 2)


def arredondado(valor: Decimal, casas: int) -> Decimal:
    """Round half up to `casas` places, at any size."""
    with localcontext() as contexto:
        contexto.prec = 100
        return valor.quantize(Decimal(1).scaleb(-casas), rounding=ROUND_HALF_UP) + 0


def reais(valor: Decimal) -> str:
    """Return "R$ 1.234,56"; a negative value reads "-R$ 1.234,56"."""
    arredondado_ = centavos(valor)
    sinal = "-" if arredondado_ < 0 else ""
    return f"{sinal}R$ {_brasileiro(f'{abs(arredondado_):,.2f}')}"


def quantidade_formatada(valor: Decimal, unidade: str = "") -> str:
    """Return "1.234,5 kg": up to three places, without zeros that say nothing."""
    texto = f"{arredondado(valor, 3):,.3f}".rstrip("0").rstrip(".")
    return f"{_brasileiro(texto)} {unidade}".rstrip()


def _brasileiro(texto: str) -> str:
    return texto.translate(str.maketrans(",.", ".,"))


def _da_api(texto: str, campo: str | None) -> Decimal:
    if len(texto) > ENTRADA_MAXIMA or not _API.fullmatch(texto):
        raise _erro("Número inválido; escreva com ponto decimal, por exemplo 1234.56.", campo)
    return Decimal(texto)


def _de_numero(valor: object, campo: str | None) -> Decimal:
    if isinstance(valor, float) and math.isfinite(valor):
        decimal = Decimal(repr(valor))
        if len(decimal.normalize().as_tuple().digits) <= DIGITOS_DE_FLOAT:
            return decimal
        raise _erro('Número com algarismos demais; envie como texto, por exemplo "1234.56".', campo)
    # bool is an int to Python, not to whoever reads an invoice.
    if isinstance(valor, bool) or not isinstance(valor, (int, Decimal)):
        raise _erro("Informe um número.", campo)
    if isinstance(valor, int) and abs(valor) >= LIMITE:
        raise _erro("Número grande demais.", campo)
    return Decimal(valor)


def _do_escritorio(texto: str, campo: str | None) -> Decimal:
    limpo = re.sub(r"[\s\u00a0]+", "", texto)
    sinal, limpo = ("-", limpo[1:]) if limpo.startswith("-") else ("", limpo)
    limpo = limpo.removeprefix("R$")
    if not limpo:
        raise _erro("Informe um número.", campo)
    if len(limpo) > ENTRADA_MAXIMA:
        raise _erro("Número longo demais.", campo)
    return Decimal(sinal + _com_ponto(limpo, campo))


def _com_ponto(limpo: str, campo: str | None) -> str:
    """Return the same number with a decimal point only, where it has one reading."""
    if _AMBIGUO.fullmatch(limpo):
        sem_ponto, com_virgula = limpo.replace(".", ""), limpo.replace(".", ",")
        raise _erro(f"“{limpo}” é ambíguo; escreva {sem_ponto} ou {com_virgula}.", campo)
    if _SO_ALGARISMOS.fullmatch(limpo) or _PONTO_DECIMAL.fullmatch(limpo):
        return limpo
    if _VIRGULA_DECIMAL.fullmatch(limpo) or _MILHARES.fullmatch(limpo):
        return limpo.replace(".", "").replace(",", ".")
    if _PONTO_COM_MILHAR.fullmatch(limpo):
        return limpo.replace(",", "")
    raise _erro("Número inválido; escreva, por exemplo, 1.234,56.", campo)


def _lido(
    valor: Decimal,
    casas: int,
    minimo: Decimal | int | None,
    maximo: Decimal | int | None,
    campo: str | None,
) -> Decimal:
    if not valor.is_finite():
        raise _erro("Informe um número.", campo)
    # The size first: quantizing 1E+999999 would ask for a million digits.
    if valor and valor.adjusted() >= LIMITE.adjusted():
        raise _erro("Número grande demais.", campo)
    exato = arredondado(valor, casas)
    if exato != valor:
        raise _erro(f"No máximo {casas} casas decimais.", campo)
    if minimo is not None and exato < minimo:
        raise _erro(f"O valor mínimo é {_brasileiro(f'{Decimal(minimo):,f}')}.", campo)
    if maximo is not None and exato > maximo:
        raise _erro(f"O valor máximo é {_brasileiro(f'{Decimal(maximo):,f}')}.", campo)
    return exato


def _erro(detalhe: str, campo: str | None) -> ErroDeValidacao:
    return ErroDeValidacao(CODIGO, detalhe, field=campo)
