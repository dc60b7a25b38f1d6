"""Reading a request: what is not JSON, or no yes or no, gets a sentence, whatever it is instead."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from nucleo.errors import ErroDeValidacao

# The deepest body of the API is three levels; far below where Python's own reader gives up.
PROFUNDIDADE_MAXIMA = 50
_SIM_OU_NAO = {"1": True, "true": True, "sim": True, "0": False, "false": False, "nao": False, "": False}


class LeitorJson(JSONParser):
    """UTF-8 JSON as in RFC 8259: no NaN or Infinity, no nesting without end.

    The framework's own reader answers in English and lets a deep body run into Python's recursion limit.
    """

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        corpo = stream.read()
        if not corpo.strip():
            raise ParseError("O corpo está vazio; envie um objeto JSON.")
        try:
            texto = corpo.decode("utf-8")
        except UnicodeDecodeError as erro:
            raise ParseError(f"O corpo não está em UTF-8 (byte {erro.start + 1}).") from erro
        return json_lido(texto)


def json_lido(texto: str) -> Any:
    """Return the value that `texto` writes; raise ParseError saying where it stops being JSON."""
    try:
        valor = json.loads(texto, parse_constant=_recusar)
    except json.JSONDecodeError as erro:
        raise ParseError(f"O corpo não é JSON válido (linha {erro.lineno}, coluna {erro.colno}).") from erro
    except ValueError as erro:
        raise ParseError("O corpo tem um número com algarismos demais.") from erro
    except RecursionError as erro:
        raise ParseError("O corpo tem níveis demais.") from erro
    if _mais_fundo_que(valor, PROFUNDIDADE_MAXIMA):
        raise ParseError("O corpo tem níveis demais.")
    return valor


def ligado(texto: str | None, *, campo: str) -> bool:
    """Read a yes-or-no query parameter; absent or empty is no. Raises ErroDeValidacao."""
    lido = _SIM_OU_NAO.get((texto or "").lower())
    if lido is None:
        raise ErroDeValidacao("valor_invalido", "Informe 1 ou 0.", field=campo)
    return lido


def _recusar(nome: str) -> NoReturn:
    raise ParseError(f"O corpo tem {nome}, que não é um valor JSON.")


def _mais_fundo_que(valor: Any, limite: int) -> bool:
    """Whether lists and objects nest deeper than `limite`; what follows may then recurse safely."""
    nivel = [valor]
    for _ in range(limite + 1):
        nivel = [
            filho
            for um in nivel
            if isinstance(um, (dict, list))
            for filho in (um.values() if isinstance(um, dict) else um)
        ]
        if not nivel:
            return False
    return True
