from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from estoque.models import ConfiguracaoEstoque
from estoque.services import configuracao_definir
from nucleo.admin import UmaPorEmpresa, ator_do_pedido
from nucleo.admin.base import empresa_do_pedido


@admin.register(ConfiguracaoEstoque)
class ConfiguracaoEstoqueAdmin(UmaPorEmpresa):
    """One row per empresa; without it the defaults hold."""

    list_display = ("__str__", "permite_negativo")
    fields = ("permite_negativo",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ConfiguracaoEstoque.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        feita = configuracao_definir(
            empresa=empresa_do_pedido(request),
            ator=ator_do_pedido(request),
            permite_negativo=form.cleaned_data["permite_negativo"],
        )
        obj.pk, obj.empresa_id = feita.pk, feita.empresa_id
