from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from cobranca.models import ConfiguracaoCobranca, Feriado, Horario
from cobranca.services.configuracao import configuracao_alterar
from nucleo.admin import AdminDaEmpresa, UmaPorEmpresa, ator_do_pedido
from nucleo.admin.base import empresa_do_pedido


class FormularioDoHorario(forms.ModelForm):
    class Meta:
        model = Horario
        fields = ("dia", "abre", "fecha")

    def clean(self) -> dict[str, Any]:
        """Say beside the field what the database would refuse without a sentence."""
        limpos: dict[str, Any] = super().clean() or self.cleaned_data
        dia, abre, fecha = (limpos.get(campo) for campo in ("dia", "abre", "fecha"))
        if abre and fecha and abre >= fecha:
            self.add_error("fecha", "Fecha depois de abrir: informe uma hora mais tarde.")
        if dia is not None and abre:
            outros = Horario.objects.exclude(pk=self.instance.pk).filter(dia=dia, abre=abre)
            if outros.exists():
                self.add_error("abre", "Já há um horário neste dia que abre nesta hora.")
        return limpos


@admin.register(Horario)
class HorarioAdmin(AdminDaEmpresa):
    """Opening hours: none means always open."""

    form = FormularioDoHorario
    list_display = ("dia", "abre", "fecha")
    list_filter = ("dia",)
    aviso_da_lista = "Fora destes horários nada sai. Sem nenhum horário, a empresa está sempre aberta."


class FormularioDoFeriado(forms.ModelForm):
    class Meta:
        model = Feriado
        fields = ("data", "nome")

    def clean_data(self) -> Any:
        dia = self.cleaned_data["data"]
        if Feriado.objects.exclude(pk=self.instance.pk).filter(data=dia).exists():
            raise forms.ValidationError("Já há um feriado próprio neste dia.")
        return dia


@admin.register(Feriado)
class FeriadoAdmin(AdminDaEmpresa):
    """Days off of the empresa's own."""

    form = FormularioDoFeriado
    list_display = ("data", "nome")
    list_filter = ("data",)
    search_fields = ("nome",)
    aviso_da_lista = (
        "Os feriados nacionais e do estado já contam. Inclua aqui os do município e os dias em que a empresa"
        " não abre."
    )


@admin.register(ConfiguracaoCobranca)
class ConfiguracaoCobrancaAdmin(UmaPorEmpresa):
    """How the empresa sends."""

    list_display = ("modo", "apos_sem_registro", "limite_tentativas", "agradecimento")
    fieldsets = (
        (None, {"fields": ("modo",)}),
        ("Quando o envio falha", {"fields": ("limite_tentativas", "apos_sem_registro")}),
        ("Calendário e fim do ciclo", {"fields": ("facultativos", "concluir_apos_dias", "agradecimento")}),
    )

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ConfiguracaoCobranca, form: Any, change: bool) -> None:
        configuracao_alterar(
            empresa=empresa_do_pedido(request),
            ator=ator_do_pedido(request),
            configuracao=obj,
            campos=form.changed_data,
        )
