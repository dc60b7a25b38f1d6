"""API keys: shown once when made, revoked, never edited or deleted."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from nucleo.admin.base import AdminDaEmpresa, ator_do_pedido, empresa_do_pedido
from nucleo.admin.colunas import etiqueta_html, momento
from nucleo.models import ChaveApi, Perfil
from nucleo.services.chaves import chave_criar, chave_revogar


@admin.register(ChaveApi)
class ChaveApiAdmin(AdminDaEmpresa):
    list_display = ("nome", "prefixo", "perfil", "estado", "criada", "expira")
    list_select_related = ("perfil",)
    list_filter = (("revogada_em", admin.EmptyFieldListFilter),)
    search_fields = ("nome",)
    fields = ("nome", "perfil", "expira_em")
    actions = ("revogar",)

    criada = momento("criada_em", "criada em")
    expira = momento("expira_em", "expira em")

    @admin.display(description="situação")
    def estado(self, obj: ChaveApi) -> SafeString:
        if obj.revogada_em is not None:
            return etiqueta_html("revogada", "danger")
        vencida = obj.expira_em is not None and obj.expira_em <= timezone.now()
        return etiqueta_html("expirada", "warning") if vencida else etiqueta_html("ativa", "success")

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
