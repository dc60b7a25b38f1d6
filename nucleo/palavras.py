"""The audit trail in the office's words: its values are stored as programs write them."""

import re
from contextlib import suppress
from datetime import date
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from nucleo.models import RegistroAuditoria

_DATA = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"-?\d+\.\d{2,3}")
_SISTEMAS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
_NAVEGADORES = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def modelo_de(registro: RegistroAuditoria) -> type[Model] | None:
    """Return the model the record is about, where it still exists."""
    try:
        return apps.get_model(registro.objeto_tipo)
    except (LookupError, ValueError):
        return None


def valor_em_palavras(valor: Any) -> str:
    """`2026-12-03` reads 03/12/2026, `655.90` reads 655,90, a truth value sim or não."""
    if isinstance(valor, bool):
        return "sim" if valor else "não"
    if valor in (None, ""):
        return "vazio"
    if isinstance(valor, list | tuple):
        return ", ".join(valor_em_palavras(um) for um in valor)
    texto = str(valor)
    if _DATA.fullmatch(texto):
        with suppress(ValueError):
            return f"{date.fromisoformat(texto):%d/%m/%Y}"
    return texto.replace(".", ",") if _DECIMAL.fullmatch(texto) else texto


def de_para(registro: RegistroAuditoria) -> str:
    """Return what changed into what, as far as the record says so."""
    para = valor_em_palavras(registro.para) if registro.para else ""
    if not registro.de:
        return para
    return f"{valor_em_palavras(registro.de)} → {para or 'vazio'}"


def detalhe_em_linhas(registro: RegistroAuditoria) -> list[str]:
    """Return the record's details, one line each, with the fields' own names."""
    modelo, linhas = modelo_de(registro), []
    for nome, valor in registro.detalhe.items():
        if isinstance(valor, dict):
            if nome == "campos":  # the others are there for programs
                linhas += [_mudanca(modelo, campo, mudou) for campo, mudou in valor.items()]
        elif isinstance(valor, list):
            linhas += [valor_em_palavras(um) for um in valor]
        else:
            linhas.append(f"{_rotulo(modelo, nome)}: {valor_em_palavras(valor)}")
    return linhas


def aparelho(navegador: str) -> str:
    """`Mozilla/5.0 (X11; Linux x86_64) ... Chrome/156.0` reads Chrome no Linux; what is unknown stays."""
    programa = next((nome for marca, nome in _NAVEGADORES if marca in navegador), "")
    sistema = next((nome for marca, nome in _SISTEMAS if marca in navegador), "")
    return f"{programa} no {sistema}" if programa and sistema else navegador or "—"


def _mudanca(modelo: type[Model] | None, campo: str, mudou: Any) -> str:
    rotulo = _rotulo(modelo, campo)
    if isinstance(mudou, list) and len(mudou) == 2:
        antes, depois = (valor_em_palavras(um) for um in mudou)
        return f"{rotulo}: {antes} → {depois}"
    return f"{rotulo}: {valor_em_palavras(mudou)}"


def _rotulo(modelo: type[Model] | None, campo: str) -> str:
    nome = campo.replace("_", " ")
    if modelo is not None:
        with suppress(FieldDoesNotExist):
            nome = str(getattr(modelo._meta.get_field(campo), "verbose_name", nome))
    return nome[:1].upper() + nome[1:]
