"""The settings of one's own company."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from nucleo.admin.base import UmaPorEmpresa, ator_do_pedido
from nucleo.admin.formulario_da_empresa import CamposDaEmpresa
from nucleo.models import Empresa
from nucleo.services.empresas import empresa_atualizar


class EmpresaForm(CamposDaEmpresa):
    class Meta:
        model = Empresa
        fields = (
            "nome",
            "razao_social",
            "cnpj",
            "telefone",
            "email",
            "endereco",
            "cidade",
            "uf",
            "fuso",
            "cor",
            "chave_pix",
        )
        widgets = {"cor": UnfoldAdminTextInputWidget(attrs={"type": "color", "class": "cor"})}


@admin.register(Empresa)
class EmpresaAdmin(UmaPorEmpresa):
    """One row: the empresa one works in. Creating and switching off are the operator's commands."""

    form = EmpresaForm
    list_display = ("nome", "slug", "cnpj", "cidade", "fuso")
    readonly_fields = ("slug", "ativa")
    fieldsets = (
        (None, {"fields": (("slug", "ativa"), ("nome", "razao_social"), "cnpj")}),
        ("Contato", {"fields": (("telefone", "email"),)}),
        ("Endereço", {"fields": ("endereco", ("cidade", "uf"), "fuso")}),
        ("Cobrança", {"fields": ("chave_pix",)}),
        ("Aparência", {"fields": ("cor", ("logotipo", "sem_logotipo"))}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        empresa_atualizar(empresa=obj, ator=ator_do_pedido(request), **form.mudancas())
