"""Public holidays and business days, national and by state.

A thin, cached wrapper on `holidays`. Two things to know about its data: carnival and Corpus Christi are not
national holidays but `pontos facultativos` (RJ alone has carnival Tuesday by state law), and there are no
municipal holidays, so a company's own dates are handed in as `proprios`.
"""

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Final

import holidays

from nucleo.errors import ErroDeValidacao

UFS: Final = frozenset(
    (
        "AC",
        "AL",
        "AM",
        "AP",
        "BA",
        "CE",
        "DF",
        "ES",
        "GO",
        "MA",
        "MG",
        "MS",
        "MT",
        "PA",
        "PB",
        "PE",
        "PI",
        "PR",
        "RJ",
        "RN",
        "RO",
        "RR",
        "RS",
        "SC",
        "SE",
        "SP",
        "TO",
    )
)


def feriado(data: date, uf: str | None = None) -> str | None:
    """Return the public holiday's name (national, and of the state where `uf` is given) or None.

    Raises `uf_desconhecida`.
    """
    return _feriados(data.year, _uf_lida(uf), "public").get(data)


def ponto_facultativo(data: date, uf: str | None = None) -> str | None:
    """Return the name of an optional day (carnival, Ash Wednesday, Corpus Christi...) that is no holiday."""
    lida = _uf_lida(uf)
    if data in _feriados(data.year, lida, "public"):
        return None
    return _feriados(data.year, lida, "optional").get(data)


def dia_util(
    data: date, uf: str | None = None, *, facultativos: bool = False, proprios: Collection[date] = ()
) -> bool:
    """Whether the day is Monday to Friday, no holiday and none of the company's own days off.

    `facultativos=True` counts optional days as days off too.
    """
    if data.weekday() >= 5 or data in proprios or feriado(data, uf):
        return False
    return not (facultativos and ponto_facultativo(data, uf))


def _uf_lida(uf: str | None) -> str | None:
    if uf is None or uf == "":
        return None
    lida = uf.strip().upper()
    if lida not in UFS:
        raise ErroDeValidacao("uf_desconhecida", f"UF desconhecida: {uf}.", field="uf")
    return lida


@lru_cache(maxsize=1024)
def _feriados(ano: int, uf: str | None, categoria: str) -> dict[date, str]:
    """A plain copy: the library's own object fills itself while being read, which threads would share."""
    dias = holidays.country_holidays(
        "BR", subdiv=uf, years=ano, expand=False, language="pt_BR", categories=(categoria,)
    )
    return dict(dias.items())
