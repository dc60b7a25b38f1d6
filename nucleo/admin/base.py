"""Base classes of the office: the empresa comes from the active context, never from a form."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from nucleo.ator import SISTEMA, Ator
from nucleo.errors import ErroDeNegocio
from nucleo.models import Empresa
from nucleo.pedido import Pedido


def ator_do_pedido(request: HttpRequest) -> Ator:
    """Who is acting in this request, as the session context middleware found it."""
    return cast(Pedido, request).ator or SISTEMA


def empresa_do_pedido(request: HttpRequest) -> Empresa:
    """The empresa of the active context; without one nothing is shown or saved."""
    empresa = getattr(request, "empresa", None)
    if empresa is None:
        raise PermissionDenied("Escolha um perfil para continuar.")
    return empresa


class AdminDaEmpresa(ModelAdmin):
    """A page over rows of the active empresa. Row-level security filters; this only names it."""

    compressed_fields = True
    warn_unsaved_form = True
    list_per_page = 50
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: models.Model, form: ModelForm, change: bool) -> None:
        if not change:
            obj.empresa = empresa_do_pedido(request)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for linha in formset.forms:
            if hasattr(linha.instance, "empresa_id") and linha.instance.empresa_id is None:
                linha.instance.empresa = empresa_do_pedido(request)
        super().save_formset(request, form, formset, change)

    def executar(self, request: HttpRequest, acao: Any, sucesso: str, **kwargs: Any) -> bool:
        """Call a service for an admin action; say its success or its error to the person."""
        try:
            acao(**kwargs)
        except ErroDeNegocio as exc:
            self.message_user(request, exc.detail, messages.ERROR)
            return False
        self.message_user(request, sucesso, messages.SUCCESS)
        return True


class InlineDaEmpresa(TabularInline):
    """Rows of the same empresa edited inside their owner's form."""

    extra = 0
    exclude = ("empresa",)
