from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clientes.models import Municipio
from clientes.services.municipios import chave_do_municipio
from nucleo.admin.base import SomenteLeitura


@admin.register(Municipio)
class MunicipioAdmin(SomenteLeitura):
    """Reference data: searched from the customer's form."""

    list_display = ("nome", "uf", "codigo_ibge")
    list_filter = ("uf",)
    search_fields = ("nome",)
    ordering = ("nome", "uf")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Municipio]", search_term: str
    ) -> tuple[Any, bool]:
        """Without accents, hyphens and apostrophes; `bom jesus/pi` also names the UF."""
        nome, _, uf = search_term.partition("/")
        achados = queryset.filter(chave__contains=chave_do_municipio(nome))
        return (achados.filter(uf=uf.strip().upper()) if uf.strip() else achados), False
