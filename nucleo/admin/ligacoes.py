"""From a record's page to what belongs to it, also in apps above: each registers its own links.

@ligacoes(Cliente)
def _orcamentos(request, cliente):
    if pode(request, "view", Orcamento):
        yield Ligacao("Orçamentos", lista_de(Orcamento, cliente__id__exact=cliente.pk), "request_quote")
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class Ligacao:
    """One link beside a record's form."""

    rotulo: str
    endereco: str
    icone: str


Fonte = Callable[[HttpRequest, Any], Iterable[Ligacao]]
_FONTES: dict[type[Model], list[Fonte]] = defaultdict(list)


def ligacoes(modelo: type[Model]) -> Callable[[Fonte], Fonte]:
    """Register links for the pages of `modelo`, in the order of registration."""

    def registrar(fonte: Fonte) -> Fonte:
        _FONTES[modelo].append(fonte)
        return fonte

    return registrar


def ligacoes_de(request: HttpRequest, obj: Model) -> list[Ligacao]:
    """Return what the active perfil may open from this record."""
    return [ligacao for fonte in _FONTES[type(obj)] for ligacao in fonte(request, obj)]


def pode(request: HttpRequest, verbo: str, modelo: type[Model]) -> bool:
    """Whether the active perfil may `view`, `add` or `change` rows of `modelo` in the office."""
    pagina = admin.site._registry.get(modelo)
    return pagina is not None and bool(getattr(pagina, f"has_{verbo}_permission")(request))


def lista_de(modelo: type[Model], **filtros: object) -> str:
    """Return the address of a model's list, filtered."""
    return _com(_pagina(modelo, "changelist"), filtros)


def nova_de(modelo: type[Model], **valores: object) -> str:
    """Return the address of the form for a new row, with fields already filled in."""
    return _com(_pagina(modelo, "add"), valores)


def pagina_de(obj: Model) -> str:
    """Return the address of a record's page."""
    return _pagina(type(obj), "change", obj.pk)


def _pagina(modelo: type[Model], nome: str, *args: object) -> str:
    opcoes = modelo._meta
    return reverse(f"admin:{opcoes.app_label}_{opcoes.model_name}_{nome}", args=args)


def _com(endereco: str, valores: dict[str, object]) -> str:
    return f"{endereco}?{urlencode(valores)}" if valores else endereco
