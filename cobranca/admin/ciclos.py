from django.contrib import admin

from cobranca.admin.base import SoLeitura
from cobranca.models import Ciclo, Contato


@admin.register(Ciclo)
class CicloAdmin(SoLeitura):
    """Charges being followed up."""

    list_display = ("external_billing_id", "contato", "valor", "vencimento", "status", "pausado_ate")
    list_filter = ("status", "vencimento")
    list_select_related = ("contato",)
    search_fields = ("external_billing_id__exact",)
    search_help_text = "identificador exato da cobrança"


@admin.register(Contato)
class ContatoAdmin(SoLeitura):
    """Who is reminded, and who asked not to be."""

    list_display = ("nome", "telefone", "codigo_cliente", "optout_em", "optout_motivo")
    search_fields = ("telefone__exact", "codigo_cliente__exact")
    ordering = ("-id",)
