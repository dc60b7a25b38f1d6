"""What a perfil may do, as a table: one row per kind of record, one column per verb."""

from typing import Any, Final

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import Model

VERBOS: Final = {"view": "ver", "add": "incluir", "change": "alterar", "delete": "excluir"}


class TabelaDePermissoes(forms.CheckboxSelectMultiple):
    """The checkboxes of a ModelMultipleChoiceField over permissions, area by area.

    Rows that only the machinery has (counters, caches) are not offered; a perfil keeps what it holds of them.
    """

    template_name = "nucleo/admin/permissoes.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        marcadas = {str(um) for um in value or ()}
        areas: dict[str, dict[str, list[Any]]] = {}
        ocultas, com_pagina = [], _com_pagina()
        for opcao, _ in self.choices:
            permissao: Permission = opcao.instance  # type: ignore[union-attr]
            area, tipo, verbo = _lugar(permissao)
            if permissao.content_type.model_class() not in com_pagina or verbo not in VERBOS:
                ocultas += [permissao.pk] if str(permissao.pk) in marcadas else []
                continue
            linha = areas.setdefault(area, {}).setdefault(tipo, [None] * len(VERBOS))
            linha[list(VERBOS).index(verbo)] = {
                "valor": permissao.pk,
                "marcada": str(permissao.pk) in marcadas,
                "rotulo": f"{tipo}: {VERBOS[verbo]}",
            }
        tabela = [(area, sorted(tipos.items())) for area, tipos in sorted(areas.items())]
        contexto = {"areas": tabela, "verbos": list(VERBOS.values()), "ocultas": ocultas}
        return {"widget": {"name": name}, **contexto}


class PermissoesField(forms.ModelMultipleChoiceField):
    widget = TabelaDePermissoes

    def __init__(self, queryset: Any, **opcoes: Any) -> None:
        super().__init__(queryset, **(opcoes | {"widget": TabelaDePermissoes}))
        self.help_text = "Quem pode alterar também pode ver."


def _com_pagina() -> set[type[Model]]:
    """What people meet in the office: by a page of its own, or as lines of another's."""
    paginas = admin.site._registry
    linhas = {linha.model for pagina in paginas.values() for linha in pagina.inlines}
    return set(paginas) | linhas


def _lugar(permissao: Permission) -> tuple[str, str, str]:
    """Django names its permissions in English ("Can add cliente"): return area, kind of record and verb."""
    tipo = permissao.content_type
    classe = tipo.model_class()
    nome = str(classe._meta.verbose_name_plural) if classe else tipo.model
    area = str(apps.get_app_config(tipo.app_label).verbose_name)
    return area, nome[:1].upper() + nome[1:], permissao.codename.partition("_")[0]
