from django.contrib import admin

from cobranca.admin.base import SoLeitura
from cobranca.models import Template


@admin.register(Template)
class TemplateAdmin(SoLeitura):
    """Wordings."""

    list_display = ("nome", "generico", "ativo")
