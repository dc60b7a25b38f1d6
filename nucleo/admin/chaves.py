"""API keys: shown once when made, revoked, never edited or deleted."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from nucleo.admin.base import AdminDaEmpresa, ator_do_pedido, empresa_do_pedido
from nucleo.models import ChaveApi, Perfil
from nucleo.services.chaves import chave_criar, chave_revogar


@admin.register(ChaveApi)
class ChaveApiAdmin(AdminDaEmpresa):
    list_display = ("nome", "prefixo", "perfil", "criada_em", "expira_em", "revogada_em")
    list_select_related = ("perfil",)
    fields = ("nome", "perfil", "expira_em")
    actions = ("revogar",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fields, "prefixo", "criada_em", "revogada_em") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_readonly_fields(request, obj) or self.fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "perfil":
            kwargs["queryset"] = Perfil.objects.filter(empresa=empresa_do_pedido(request), ativo=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if change:
            return
        chave, texto = chave_criar(
            empresa=empresa_do_pedido(request),
            nome=obj.nome,
            perfil=obj.perfil,
            expira_em=obj.expira_em,
            ator=ator_do_pedido(request),
        )
        obj.pk = chave.pk
        self.message_user(
            request, f"Guarde a chave, ela não será mostrada de novo: {texto}", messages.WARNING
        )

    @admin.action(description="Revogar", permissions=["change"])
    def revogar(self, request: HttpRequest, queryset: QuerySet[ChaveApi]) -> None:
        for chave in queryset.filter(revogada_em=None):
            self.executar(
                request,
                chave_revogar,
                f"A chave {chave} foi revogada.",
                empresa=empresa_do_pedido(request),
                chave=chave,
                ator=ator_do_pedido(request),
            )
