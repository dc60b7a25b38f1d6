from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from cobranca.admin.acoes import Acao, ComAcoes
from cobranca.models import Instancia
from cobranca.services.instancias import (
    CABECALHO_DO_SEGREDO,
    instancia_ajustar,
    instancia_criar,
    instancia_verificar,
)
from nucleo.admin import ator_do_pedido
from nucleo.admin.base import empresa_do_pedido
from nucleo.admin.colunas import coluna, etiqueta, etiqueta_html, momento

CORES_DA_CONEXAO: Final = {
    Instancia.Estado.ABERTA: "success",
    Instancia.Estado.CONECTANDO: "warning",
    Instancia.Estado.FECHADA: "danger",
    Instancia.Estado.RECUSADA: "danger",
    Instancia.Estado.FORA_DO_AR: "danger",
}
AJUSTES = ("url", "ordem", "ativa", "por_minuto", "variacao_ritmo", "aquecimento_dias")


class FormularioDaInstancia(forms.ModelForm):
    """The key can be given, never read."""

    # The service reads addresses strictly; Django's own field would guess a scheme.
    url = forms.CharField(label="endereço do servidor", max_length=200, widget=UnfoldAdminTextInputWidget())
    chave = forms.CharField(
        label="chave da API",
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="Obrigatória ao criar; depois, preencha só para trocar. Guardada cifrada.",
    )

    class Meta:
        model = Instancia
        fields = ("nome", *AJUSTES)


def _verificar(*, empresa: Any, ator: Any, obj: Instancia) -> str:
    instancia_verificar(empresa=empresa, instancia=obj)
    saude = "Instância sadia." if obj.sadia else f"Sem condições de enviar: {obj.motivo}"
    return f"{saude} Webhook não registrado: {obj.webhook_motivo}" if obj.webhook_motivo else saude


@admin.register(Instancia)
class InstanciaAdmin(ComAcoes):
    """Senders and their health."""

    form = FormularioDaInstancia
    acoes = {"verificar": Acao("Verificar agora", _verificar, "monitor_heart")}
    list_display = (
        "nome",
        "conexao",
        "saude",
        "num_ordem",
        "num_por_minuto",
        "verificada",
        "txt_motivo",
        "ativa",
    )
    fieldsets = (
        (None, {"fields": ("nome", "url", "chave", "ativa")}),
        ("Ritmo", {"fields": (("ordem", "por_minuto"), ("variacao_ritmo", "aquecimento_dias"))}),
        (
            "Saúde",
            {
                "fields": (
                    ("conexao", "saude"),
                    "verificada",
                    ("doente", "motivo"),
                    "descanso",
                )
            },
        ),
        (
            "Avisos do servidor (webhook)",
            {"fields": ("codigo", "webhook_url", ("registrado", "webhook_motivo"))},
        ),
    )
    readonly_fields = (
        "conexao", "saude", "verificada", "doente", "motivo", "descanso", "codigo",
        "webhook_url", "registrado", "webhook_motivo",
    )  # fmt: skip
    conexao = etiqueta("estado", CORES_DA_CONEXAO, "conexão")
    verificada = momento("verificada_em", "verificada em")
    doente = momento("doente_desde", "sem condições desde")
    descanso = momento("disjuntor_ate", "em descanso até")
    registrado = momento("webhook_registrado_em", "webhook registrado em")
    num_ordem = coluna("ordem", "ordem", str)
    num_por_minuto = coluna("por_minuto", "por minuto", lambda n: n or "sem limite")
    txt_motivo = coluna("motivo", "motivo", str)

    @admin.display(description="saúde", ordering="sadia")
    def saude(self, obj: Instancia) -> SafeString:
        return etiqueta_html("sadia", "success") if obj.sadia else etiqueta_html("sem condições", "danger")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "nome") if obj else self.readonly_fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new one has no health yet."""
        return super().get_fieldsets(request, obj)[: None if obj else 2]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Instancia, form: Any, change: bool) -> None:
        limpos = form.cleaned_data
        ajustes: dict[str, Any] = {campo: limpos[campo] for campo in AJUSTES}
        comuns: dict[str, Any] = {"empresa": empresa_do_pedido(request), "ator": ator_do_pedido(request)}
        if change:
            instancia_ajustar(**comuns, instancia=obj, chave=limpos["chave"], **ajustes)
            return
        criada, segredo = instancia_criar(**comuns, nome=limpos["nome"], chave=limpos["chave"], **ajustes)
        obj.pk = criada.pk
        self.message_user(
            request,
            f"Webhook: /webhooks/evolution/{criada.codigo}/ com o cabeçalho {CABECALHO_DO_SEGREDO}: {segredo}"
            " (mostrado só agora).",
            messages.WARNING,
        )
