"""Base classes of the office: the empresa comes from the active context, never from a form."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
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


class EscolhaDeLinha(ModelChoiceField):
    """A choice among rows that says no in its own words.

    Django's autocomplete looks up whatever it is given: what cannot be a key ends in an error page there.
    """

    def prepare_value(self, value: Any) -> Any:
        chave = super().prepare_value(value)
        try:
            cast("QuerySet[Any]", self.queryset).model._meta.pk.to_python(chave)
        except ValidationError:
            return None
        return chave


class _ChavesDaEmpresa:
    """Foreign keys of forms and inlines."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("form_class", EscolhaDeLinha)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class AdminDaEmpresa(_ChavesDaEmpresa, ModelAdmin):
    """A page over rows of the active empresa. Row-level security filters; this only names it."""

    compressed_fields = True
    warn_unsaved_form = True
    list_per_page = 50
    show_full_result_count = False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a service's refusal in the form itself; the transaction of the attempt was rolled back."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ErroDeNegocio as exc:
            cast(Pedido, request).erro_de_negocio = exc
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        formulario = super().get_form(request, obj, change=change, **kwargs)
        erro: ErroDeNegocio | None = getattr(request, "erro_de_negocio", None)
        return formulario if erro is None else _que_recusa(formulario, erro)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if not change:
            obj.empresa = empresa_do_pedido(request)
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


def _que_recusa(formulario: Any, erro: ErroDeNegocio) -> Any:
    """The same form, refusing with what the service said, beside the field it is about."""

    class FormularioRecusado(formulario):
        def clean(self) -> Any:
            dados = super().clean()
            self.add_error(erro.field if erro.field in self.fields else None, erro.detail)
            return dados

    return FormularioRecusado


class SomenteLeitura(AdminDaEmpresa):
    """Rows that only services write: shown, not edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class InlineDaEmpresa(_ChavesDaEmpresa, TabularInline):
    """Rows of the same empresa edited inside their owner's form."""

    extra = 0
    exclude = ("empresa",)
