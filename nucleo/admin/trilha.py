"""What happened, and what needs a person: read only."""

from operator import itemgetter
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from nucleo.admin.base import SomenteLeitura
from nucleo.admin.colunas import VAZIO, etiqueta, etiqueta_html, momento
from nucleo.models import Alerta, RegistroAuditoria
from nucleo.palavras import aparelho, de_para, detalhe_em_linhas, modelo_de

CORES_DA_SEVERIDADE: Final = {Alerta.Severidade.AVISO: "warning", Alerta.Severidade.ERRO: "danger"}


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
    list_display = ("quando", "ator", "o_que", "sobre", "txt_mudanca", "endereco")
    list_filter = ("quando", AcaoFilter)
    search_fields = ("ator__exact", "para__exact")
    search_help_text = "Quem, ou o valor novo, exatamente como está na trilha"
    date_hierarchy = None
    fields = ("quando", "ator", "o_que", "sobre", "txt_mudanca", "txt_detalhe", "endereco", "aparelho")

    @admin.display(description="o quê", ordering="acao")
    def o_que(self, obj: RegistroAuditoria) -> str:
        return obj.nome_da_acao

    @admin.display(description="sobre")
    def sobre(self, obj: RegistroAuditoria) -> SafeString | str:
        """The kind of record in the office's words, as a link where it has a page; it may be gone."""
        if not obj.objeto_tipo:
            return VAZIO
        modelo = modelo_de(obj)
        nome = f"{modelo._meta.verbose_name if modelo else obj.objeto_tipo} nº {obj.objeto_id}"
        if modelo is None or modelo not in admin.site._registry:
            return nome
        opcoes = modelo._meta
        endereco = reverse(f"admin:{opcoes.app_label}_{opcoes.model_name}_change", args=[obj.objeto_id])
        return format_html('<a class="ligacao" href="{}">{}</a>', endereco, nome)

    @admin.display(description="mudança")
    def txt_mudanca(self, obj: RegistroAuditoria) -> str:
        return de_para(obj) or VAZIO

    @admin.display(description="detalhe")
    def txt_detalhe(self, obj: RegistroAuditoria) -> SafeString | str:
        return format_html_join("", "<div>{}</div>", ((um,) for um in detalhe_em_linhas(obj))) or VAZIO

    @admin.display(description="aparelho")
    def aparelho(self, obj: RegistroAuditoria) -> str:
        return aparelho(obj.navegador)


@admin.register(Alerta)
class AlertaAdmin(SomenteLeitura):
    list_display = ("txt_titulo", "severidade_", "estado", "aberto", "visto", "resolvido")
    list_filter = ("severidade", ("resolvido_em", admin.EmptyFieldListFilter))
    fields = ("titulo", "severidade_", "detalhe", "estado", "aberto", "visto", "resolvido")
    severidade_ = etiqueta("severidade", CORES_DA_SEVERIDADE, "severidade")
    aberto = momento("aberto_em", "aberto em")
    visto = momento("visto_em", "visto por último em")
    resolvido = momento("resolvido_em", "resolvido em")

    @admin.display(description="título", ordering="titulo")
    def txt_titulo(self, obj: Alerta) -> str:
        return obj.titulo

    @admin.display(description="situação")
    def estado(self, obj: Alerta) -> SafeString:
        return etiqueta_html("aberto", "warning") if obj.resolvido_em is None else etiqueta_html("resolvido")
