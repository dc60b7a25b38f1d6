"""Columns and read-only values of the office: numbers, money, moments and coloured states.

A name that starts with `num_` is set to the right, one with `txt_` may break over lines
(`config/static/config/escritorio.css`).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from nucleo.decimais import quantidade_formatada, reais
from nucleo.telefones import telefone_formatado

VAZIO = "—"
Coluna = Callable[..., Any]


def coluna(campo: str, descricao: str, formato: Callable[[Any], Any]) -> Coluna:
    """A column that shows `campo` (dots allowed) through `formato`, and sorts by it."""
    ler = attrgetter(campo)

    @admin.display(description=descricao, ordering=campo.replace(".", "__"))
    def mostrar(pagina: Any, obj: Any) -> Any:
        valor = ler(obj)
        return VAZIO if valor in (None, "") else formato(valor)

    return mostrar


def quantidade(campo: str, descricao: str) -> Coluna:
    return coluna(campo, descricao, quantidade_formatada)


def dinheiro(campo: str, descricao: str) -> Coluna:
    return coluna(campo, descricao, reais)


def telefone(campo: str, descricao: str = "telefone") -> Coluna:
    return coluna(campo, descricao, telefone_formatado)


def momento(campo: str, descricao: str) -> Coluna:
    return coluna(campo, descricao, momento_formatado)


def momento_formatado(valor: datetime) -> str:
    """Return the moment in the empresa's time zone, as it is read aloud."""
    return f"{timezone.localtime(valor):%d/%m/%Y %H:%M}"


def etiqueta(campo: str, cores: Mapping[Any, str], descricao: str = "situação") -> Coluna:
    """A column with a field's choice as a coloured label; `cores` maps the stored value to a colour."""

    @admin.display(description=descricao, ordering=campo)
    def mostrar(pagina: Any, obj: Any) -> SafeString:
        return etiqueta_html(getattr(obj, f"get_{campo}_display")(), cores.get(getattr(obj, campo), ""))

    return mostrar


def etiqueta_html(texto: Any, cor: str = "") -> SafeString:
    """The theme's label: info, success, warning, danger, primary, or plain."""
    return _etiqueta(str(texto), cor)


# A list repeats a handful of states on all its lines; drawing the theme's template takes 0.3 ms each time.
# By type as well: a text marked safe must not answer for the same text that still needs escaping.
@lru_cache(maxsize=256, typed=True)
def _etiqueta(texto: str, cor: str) -> SafeString:
    return mark_safe(  # noqa: S308 - the template escapes
        render_to_string("unfold/helpers/label.html", {"text": texto, "type": cor})
    )


def sinal(valor: Decimal, texto: str) -> SafeString | str:
    """A number that asks for attention where it is below zero."""
    return etiqueta_html(texto, "danger") if valor < 0 else texto
