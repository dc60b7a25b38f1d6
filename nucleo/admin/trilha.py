"""What happened, and what needs a person: read only."""

from operator import itemgetter
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from nucleo.admin.base import SomenteLeitura
from nucleo.models import Alerta, RegistroAuditoria


class AcaoFilter(admin.SimpleListFilter):
    title = "o quê"
    parameter_name = "acao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        usadas = RegistroAuditoria.objects.order_by("acao").values_list("acao", flat=True).distinct()
        return sorted(
            ((acao, RegistroAuditoria(acao=acao).nome_da_acao) for acao in usadas), key=itemgetter(1)
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(acao=self.value()) if self.value() else queryset


@admin.register(RegistroAuditoria)
class RegistroAuditoriaAdmin(SomenteLeitura):
    list_display = ("quando", "ator", "o_que", "de", "para", "endereco")
    list_filter = ("quando", AcaoFilter)
    date_hierarchy = None
    fields = (
        "quando",
        "ator",
        "o_que",
        "sobre",
        "de",
        "para",
        "detalhe",
        "endereco",
        "navegador",
    )

    @admin.display(description="o quê", ordering="acao")
    def o_que(self, obj: RegistroAuditoria) -> str:
        return obj.nome_da_acao

    @admin.display(description="sobre")
    def sobre(self, obj: RegistroAuditoria) -> str:
        """The kind of record in the office's words; the trail may outlive the model."""
        if not obj.objeto_tipo:
            return "—"
        try:
            tipo = str(apps.get_model(obj.objeto_tipo)._meta.verbose_name)
        except (LookupError, ValueError):
            tipo = obj.objeto_tipo
        return f"{tipo} nº {obj.objeto_id}"


@admin.register(Alerta)
class AlertaAdmin(SomenteLeitura):
    list_display = ("titulo", "severidade", "aberto_em", "visto_em", "resolvido_em")
    list_filter = ("severidade", ("resolvido_em", admin.EmptyFieldListFilter))
    fields = ("titulo", "severidade", "detalhe", "chave", "dados", "aberto_em", "visto_em", "resolvido_em")
