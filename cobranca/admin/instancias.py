from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from cobranca.admin.acoes import ComAcoes
from cobranca.models import Instancia
from cobranca.services.instancias import (
    CABECALHO_DO_SEGREDO,
    instancia_ajustar,
    instancia_criar,
    instancia_verificar,
)
from nucleo.admin import ator_do_pedido
from nucleo.admin.base import empresa_do_pedido

AJUSTES = ("url", "ordem", "ativa", "por_minuto", "variacao_ritmo", "aquecimento_dias")


class FormularioDaInstancia(forms.ModelForm):
    """The key can be given, never read."""

    # The service reads addresses strictly; Django's own field would guess a scheme.
    url = forms.CharField(label="endereço do servidor", max_length=200)
    chave = forms.CharField(
        label="chave da API",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
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
    acoes = {"verificar": ("Verificar agora", _verificar)}
    list_display = ("nome", "estado", "sadia", "ordem", "por_minuto", "verificada_em", "motivo", "ativa")
    fieldsets = (
        (None, {"fields": ("nome", "url", "chave", "ativa")}),
        ("Ritmo", {"fields": (("ordem", "por_minuto"), ("variacao_ritmo", "aquecimento_dias"))}),
        (
            "Saúde",
            {
                "fields": (
                    ("estado", "sadia", "verificada_em"),
                    ("doente_desde", "motivo"),
                    "disjuntor_ate",
                    "codigo",
                    ("webhook_url", "webhook_registrado_em"),
                    "webhook_motivo",
                )
            },
        ),
    )
    readonly_fields = (
        "estado", "sadia", "verificada_em", "doente_desde", "motivo", "disjuntor_ate", "codigo",
        "webhook_url", "webhook_registrado_em", "webhook_motivo",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "nome") if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Instancia, form: Any, change: bool) -> None:
        limpos = form.cleaned_data
        ajustes: dict[str, Any] = {campo: limpos[campo] for campo in AJUSTES}
        comuns: dict[str, Any] = {"empresa": empresa_do_pedido(request), "ator": ator_do_pedido(request)}
        if change:
            instancia_ajustar(**comuns, instancia=obj, chave=limpos["chave"], **ajustes)
            return
        ajustes.pop("ativa")
        ajustes.pop("variacao_ritmo")
        criada, segredo = instancia_criar(**comuns, nome=limpos["nome"], chave=limpos["chave"], **ajustes)
        obj.pk = criada.pk
        self.message_user(
            request,
            f"Webhook: /webhooks/evolution/{criada.codigo}/ com o cabeçalho {CABECALHO_DO_SEGREDO}: {segredo}"
            " (mostrado só agora).",
            messages.WARNING,
        )
