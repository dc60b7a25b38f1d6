from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldBooleanSwitchWidget

from cobranca.models import Passo, Regua
from cobranca.selectors.previsao import previsao
from cobranca.services.mudanca_de_regua import PassoPedido, regua_salvar
from nucleo.admin import AdminDaEmpresa, InlineDaEmpresa, ator_do_pedido
from nucleo.admin.base import empresa_do_pedido
from nucleo.admin.colunas import VAZIO
from nucleo.textos import contados


class FormularioDaRegua(forms.ModelForm):
    """A régua with its answer to: what about the ciclos under way?"""

    replanejar = forms.BooleanField(
        widget=UnfoldBooleanSwitchWidget(),
        label="replanejar os ciclos em andamento",
        required=False,
        initial=True,
        help_text="Marcado: o que ainda não saiu segue os novos passos. Desmarcado: só ciclos novos.",
    )

    class Meta:
        model = Regua
        fields = ("nome", "tipo_cliente", "padrao", "ativa")


class PassosInline(InlineDaEmpresa):
    """The steps."""

    model = Passo
    fields = ("dias", "hora", "template")
    hide_title = True


@admin.register(Regua)
class ReguaAdmin(AdminDaEmpresa):
    """Réguas, their steps, and what will leave."""

    form = FormularioDaRegua
    inlines = (PassosInline,)
    list_display = ("nome", "quando", "tipo_cliente", "padrao", "ativa")
    list_filter = ("ativa", "tipo_cliente")
    search_fields = ("nome",)
    change_form_outer_after_template = "cobranca/admin/previsao.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Regua]:
        return super().get_queryset(request).prefetch_related("passos")

    @admin.display(description="passos")
    def quando(self, obj: Regua) -> str:
        return ", ".join(str(passo) for passo in obj.passos.all()) or VAZIO

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing yet: the service writes head and steps together, in `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        passos = []
        for formset in formsets:
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
            passos += [
                PassoPedido(linha["dias"], linha["template"], linha["hora"])
                for linha in formset.cleaned_data
                if linha and not linha.get("DELETE")
            ]
        empresa, limpos = empresa_do_pedido(request), form.cleaned_data
        campos = {campo: limpos[campo] for campo in FormularioDaRegua.Meta.fields}
        regua, efeito = regua_salvar(
            empresa=empresa,
            ator=ator_do_pedido(request),
            regua=Regua.objects.get(pk=form.instance.pk) if change else None,
            passos=passos,
            replanejar=limpos["replanejar"],
            **campos,
        )
        form.instance.pk = regua.pk
        if efeito.ciclos:
            ciclos = contados(
                efeito.ciclos, "ciclo em andamento replanejado", "ciclos em andamento replanejados"
            )
            canceladas = contados(efeito.canceladas, "mensagem cancelada", "mensagens canceladas")
            novas = contados(efeito.criadas, "nova", "novas")
            self.message_user(request, f"{ciclos}: {canceladas}, {novas}.", messages.WARNING)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        regua = self.get_object(request, object_id)
        linhas = previsao(empresa=empresa_do_pedido(request), regua=regua) if regua else []
        return super().change_view(
            request, object_id, form_url, {"previsao": linhas, **(extra_context or {})}
        )
