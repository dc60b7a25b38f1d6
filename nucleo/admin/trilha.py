"""What happened, and what needs a person: read only."""

from django.contrib import admin

from nucleo.admin.base import SomenteLeitura
from nucleo.models import Alerta, RegistroAuditoria


@admin.register(RegistroAuditoria)
class RegistroAuditoriaAdmin(SomenteLeitura):
    list_display = ("quando", "ator", "nome_da_acao", "de", "para", "endereco")
    list_filter = ("quando", "acao")
    date_hierarchy = None
    fields = (
        "quando",
        "ator",
        "acao",
        "objeto_tipo",
        "objeto_id",
        "de",
        "para",
        "detalhe",
        "endereco",
        "navegador",
    )


@admin.register(Alerta)
class AlertaAdmin(SomenteLeitura):
    list_display = ("titulo", "severidade", "aberto_em", "visto_em", "resolvido_em")
    list_filter = ("severidade", ("resolvido_em", admin.EmptyFieldListFilter))
    fields = ("titulo", "severidade", "detalhe", "chave", "dados", "aberto_em", "visto_em", "resolvido_em")
