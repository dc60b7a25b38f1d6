from django.contrib import admin

from cobranca.admin.base import SoLeitura
from cobranca.models import Regua


@admin.register(Regua)
class ReguaAdmin(SoLeitura):
    """Réguas and their steps."""

    list_display = ("nome", "tipo_cliente", "padrao", "ativa")
