from django.contrib import admin

from cobranca.admin.base import SoLeitura
from cobranca.models import Instancia


@admin.register(Instancia)
class InstanciaAdmin(SoLeitura):
    """Senders and their health."""

    list_display = ("nome", "estado", "sadia", "ordem", "por_minuto", "verificada_em", "motivo", "ativa")
