from django.contrib import admin

from cobranca.admin.base import SoLeitura
from cobranca.models import EventoRecebido, Mensagem


@admin.register(Mensagem)
class MensagemAdmin(SoLeitura):
    """Every message with its reason."""

    list_display = ("ciclo", "passo", "status", "agendada_para", "tentativas", "enviada_em", "erro")
    list_filter = ("status", "tipo", "agendada_para")
    list_select_related = ("ciclo",)


@admin.register(EventoRecebido)
class EventoRecebidoAdmin(SoLeitura):
    """The webhook inbox."""

    list_display = ("evento", "instancia", "recebido_em", "processado_em", "resultado")
    list_filter = ("evento",)
    list_select_related = ("instancia",)
