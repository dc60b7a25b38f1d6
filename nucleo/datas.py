"""Dates as a company sees them: a day belongs to the empresa's time zone, not to the server's."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nucleo.errors import ErroDeValidacao

CODIGO: Final = "data_invalida"
CODIGO_INTERVALO: Final = "data_fora_do_intervalo"
PRIMEIRO_ANO: Final = 1900
ULTIMO_ANO: Final = 2199

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_BRASILEIRA = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def fuso_lido(nome: str, *, campo: str | None = "fuso") -> ZoneInfo:
    """Return the zone; raise `fuso_invalido` for a name that the time zone database does not know."""
    try:
        return ZoneInfo(nome)
    except (ZoneInfoNotFoundError, ValueError, OSError) as erro:
        raise ErroDeValidacao("fuso_invalido", f"Fuso horário desconhecido: {nome}.", field=campo) from erro


def data_no_fuso(instante: datetime, empresa_fuso: str) -> date:
    """Return the day on which `instante` (aware) fell for the empresa; its year is the document's."""
    if instante.tzinfo is None:
        raise ValueError("instante without time zone")
    return instante.astimezone(fuso_lido(empresa_fuso)).date()


def hoje(empresa_fuso: str, agora: datetime | None = None) -> date:
    """Return today's date for the empresa."""
    return data_no_fuso(agora or datetime.now(UTC), empresa_fuso)


def limites_do_dia(data: date, empresa_fuso: str) -> tuple[datetime, datetime]:
    """Return the first instant of the empresa's day and of the next one, in UTC (use >= and <)."""
    fuso = fuso_lido(empresa_fuso)
    inicio = datetime.combine(data, time.min, tzinfo=fuso)
    fim = datetime.combine(data + timedelta(days=1), time.min, tzinfo=fuso)
    return inicio.astimezone(UTC), fim.astimezone(UTC)


def data_lida(valor: object, *, campo: str | None = "data") -> date:
    """Read 2026-12-31 or 31/12/2026 (or a date); raise `data_invalida`, `data_fora_do_intervalo`.

    A year of two digits is refused: nobody can tell which century was meant.
    """
    if isinstance(valor, datetime):
        raise _erro("Informe só a data, sem hora.", campo)
    data = valor if isinstance(valor, date) else _de_texto(valor, campo)
    if not PRIMEIRO_ANO <= data.year <= ULTIMO_ANO:
        raise ErroDeValidacao(
            CODIGO_INTERVALO, f"O ano deve estar entre {PRIMEIRO_ANO} e {ULTIMO_ANO}.", field=campo
        )
    return data


def data_no_intervalo(
    data: date,
    *,
    referencia: date,
    dias_antes: int | None = None,
    dias_depois: int | None = None,
    campo: str | None = "data",
) -> date:
    """Return `data` if it lies within `referencia` minus/plus the days (None: no limit on that side).

    Raises `data_fora_do_intervalo`.
    """
    distancia = (data - referencia).days
    if dias_antes is not None and distancia < -dias_antes:
        limite = referencia - timedelta(days=dias_antes)
        raise ErroDeValidacao(
            CODIGO_INTERVALO, f"A data não pode ser anterior a {limite:%d/%m/%Y}.", field=campo
        )
    if dias_depois is not None and distancia > dias_depois:
        limite = referencia + timedelta(days=dias_depois)
        raise ErroDeValidacao(
            CODIGO_INTERVALO, f"A data não pode ser posterior a {limite:%d/%m/%Y}.", field=campo
        )
    return data


def _de_texto(valor: object, campo: str | None) -> date:
    if not isinstance(valor, str) or not valor.strip():
        raise _erro("Informe a data.", campo)
    texto = valor.strip()
    if achado := _ISO.fullmatch(texto):
        ano, mes, dia = (int(parte) for parte in achado.groups())
    elif achado := _BRASILEIRA.fullmatch(texto):
        dia, mes, ano = (int(parte) for parte in achado.groups())
    else:
        raise _erro("Data inválida; escreva dd/mm/aaaa ou aaaa-mm-dd.", campo)
    try:
        return date(ano, mes, dia)
    except ValueError as erro:
        raise _erro("Esta data não existe no calendário.", campo) from erro


def _erro(detalhe: str, campo: str | None) -> ErroDeValidacao:
    return ErroDeValidacao(CODIGO, detalhe, field=campo)
