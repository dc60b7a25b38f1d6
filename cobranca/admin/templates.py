from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from cobranca.models import Template, Variacao
from cobranca.services.templates import amostra_de, template_salvar, texto_validado
from nucleo.admin import AdminDaEmpresa, InlineDaEmpresa, ator_do_pedido
from nucleo.admin.base import empresa_do_pedido
from nucleo.errors import ErroDeNegocio


class FormularioDaVariacao(forms.ModelForm):
    """A wording, refused where its braces are wrong."""

    class Meta:
        model = Variacao
        fields = ("texto", "ativa")

    def clean_texto(self) -> str:
        try:
            return texto_validado(self.cleaned_data["texto"])
        except ErroDeNegocio as exc:
            raise forms.ValidationError(exc.detail, code=exc.code) from exc


class VariacoesInline(InlineDaEmpresa):
    """The wordings that take turns."""

    model = Variacao
    form = FormularioDaVariacao
    fields = ("texto", "ativa")
    hide_title = True


@admin.register(Template)
class TemplateAdmin(AdminDaEmpresa):
    """Wordings, with a tester."""

    list_display = ("nome", "generico", "num_variacoes", "ativo")
    list_filter = ("ativo",)
    search_fields = ("nome",)
    # Counting drops the model's own order.
    ordering = ("nome",)
    fields = ("nome", "ativo")
    inlines = (VariacoesInline,)
    change_form_outer_after_template = "cobranca/admin/amostras.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        ativas = Count("variacoes", filter=Q(variacoes__ativa=True))
        return super().get_queryset(request).annotate(ativas=ativas)

    @admin.display(description="variações ativas", ordering="ativas")
    def num_variacoes(self, obj: Any) -> int:
        return obj.ativas

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing yet: the service writes head and wordings together, in `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        textos = []
        for formset in formsets:
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
            textos += [
                linha["texto"]
                for linha in formset.cleaned_data
                if linha and not linha.get("DELETE") and linha.get("ativa")
            ]
        template = template_salvar(
            empresa=empresa_do_pedido(request),
            ator=ator_do_pedido(request),
            nome=form.cleaned_data["nome"],
            ativo=form.cleaned_data["ativo"],
            textos=textos,
            template=Template.objects.get(pk=form.instance.pk) if change else None,
        )
        form.instance.pk = template.pk

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        empresa, testar = empresa_do_pedido(request), request.GET.get("testar", "")
        textos = list(
            Variacao.objects.filter(template_id=object_id, ativa=True).values_list("texto", flat=True)
        )
        contexto: dict[str, Any] = {"testar": testar}
        try:
            textos += [texto_validado(testar)] if testar else []
        except ErroDeNegocio as exc:
            contexto["erro_do_teste"] = exc.detail
        contexto["amostras"] = [amostra_de(empresa=empresa, texto=texto) for texto in reversed(textos)]
        return super().change_view(request, object_id, form_url, {**contexto, **(extra_context or {})})
