"""Base classes of the office: the empresa comes from the active context, never from a form."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin import display
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.forms import BaseInlineFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.safestring import mark_safe
from unfold.admin import ModelAdmin, TabularInline, checkbox

from nucleo.admin.campos import CamposDoEscritorio
from nucleo.admin.ligacoes import Ligacao, ligacoes_de, lista_de, nova_de, pagina_de
from nucleo.ator import SISTEMA, Ator
from nucleo.errors import ErroDeNegocio
from nucleo.models import Empresa
from nucleo.pedido import Pedido
from nucleo.selectors import historico_de

LINHAS_DO_HISTORICO = 200
_LUGAR_DA_CHAVE = "chave-da-linha"


@cache
def _caixa_de_selecao() -> str:
    return checkbox.render(ACTION_CHECKBOX_NAME, _LUGAR_DA_CHAVE)


def ator_do_pedido(request: HttpRequest) -> Ator:
    """Who is acting in this request, as the session context middleware found it, and as which perfil."""
    ator = cast(Pedido, request).ator
    if ator is None:
        return SISTEMA
    return replace(ator, permissoes=frozenset(request.user.get_all_permissions()))


def empresa_do_pedido(request: HttpRequest) -> Empresa:
    """The empresa of the active context; without one nothing is shown or saved."""
    empresa = getattr(request, "empresa", None)
    if empresa is None:
        raise PermissionDenied("Escolha um perfil para continuar.")
    return empresa


class AdminDaEmpresa(CamposDoEscritorio, ModelAdmin):
    """A page over rows of the active empresa. Row-level security filters; this only names it."""

    compressed_fields = True
    warn_unsaved_form = True
    # Drawing a line costs about 2.5 ms: more of them and a page takes longer than a blink.
    list_per_page = 40
    show_full_result_count = False
    empty_value_display = "—"
    # What a person should know before reading the list.
    aviso_da_lista = ""

    @display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Any) -> str:
        # Drawn once and filled in: rendering the widget's template for each line was a tenth of a page.
        return mark_safe(_caixa_de_selecao().replace(_LUGAR_DA_CHAVE, str(int(obj.pk))))  # noqa: S308 - a number

    def ligacoes_da_lista(self, request: HttpRequest) -> Iterable[Ligacao]:
        """Links above the list: other views of the same rows, ways to bring them in."""
        return ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        contexto = {"ligacoes": list(self.ligacoes_da_lista(request)), **(extra_context or {})}
        return super().changelist_view(request, contexto)

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

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj = kwargs.get("obj")
        if obj is not None and obj.pk:
            context["ligacoes"] = ligacoes_de(request, obj)
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The audit trail about this record: it also knows what API, imports and tasks did."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        contexto = {
            **self.admin_site.each_context(request),
            "title": f"Histórico: {obj}",
            "registros": historico_de(empresa=empresa_do_pedido(request), objeto=obj)[:LINHAS_DO_HISTORICO],
            "volta": pagina_de(obj),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "escritorio/historico.html", contexto)

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


class UmaPorEmpresa(AdminDaEmpresa):
    """The settings an empresa has one row of: its list is that row's page, or the form that makes it."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, str] | None = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        unica = self.get_queryset(request).first()
        if unica is not None:
            return HttpResponseRedirect(pagina_de(unica))
        if self.has_add_permission(request):
            return HttpResponseRedirect(nova_de(self.model))
        return super().changelist_view(request, extra_context)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(lista_de(self.model))


class LinhasComNome(BaseInlineFormSet):
    """Rows of a table have no label of their own beside the field: screen readers hear the column's."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for campo in form.fields.values():
            if not campo.label or campo.widget.is_hidden:
                continue
            # A related row's select is wrapped in the links around it.
            widget = getattr(campo.widget, "widget", campo.widget)
            rotulo = str(campo.label)
            widget.attrs.setdefault("aria-label", rotulo[:1].upper() + rotulo[1:])


class InlineDaEmpresa(CamposDoEscritorio, TabularInline):
    """Rows of the same empresa edited inside their owner's form."""

    formset = LinhasComNome
    extra = 0
    exclude = ("empresa",)
