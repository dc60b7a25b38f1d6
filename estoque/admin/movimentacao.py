from typing import Any

from django.contrib import admin

from estoque import services
from estoque.admin.acoes import Acao, ComAcoes
from estoque.admin.base import CriadaPorServico
from estoque.models import MovimentacaoEstoque
from nucleo.admin.colunas import etiqueta, quantidade


@admin.register(MovimentacaoEstoque)
class MovimentacaoAdmin(ComAcoes, CriadaPorServico):
    """The ledger: entries are added and reversed, never changed."""

    list_display = ("data", "produto", "tipo_", "num_quantidade", "documento", "criado_por")
    list_display_links = ("data", "produto")
    list_filter = ("tipo", "data")
    list_select_related = ("produto",)
    search_fields = ("documento__exact", "produto__cod_produto__exact")
    search_help_text = "Documento ou código do produto"
    autocomplete_fields = ("produto",)
    campos_de_entrada = ("produto", "tipo", "quantidade", "data", "documento", "observacao")
    fieldsets = (
        (None, {"fields": ("produto", ("tipo_", "num_quantidade"), ("data", "documento"), "observacao")}),
        ("Origem", {"fields": (("separacao", "producao"), "estorno_de", ("criado_em", "criado_por"))}),
    )
    tipo_ = etiqueta("tipo", {"entrada": "success", "saida": "info", "ajuste": "warning"}, "tipo")
    num_quantidade = quantidade("quantidade", "quantidade")
    acoes_da_linha = (
        Acao(
            "estornar",
            "Estornar",
            "undo",
            services.movimentacao_estornar,
            "movimentacao_id",
            "estoque.add_movimentacaoestoque",
            "Estornado: a movimentação inversa foi registrada.",
            quantidade=False,
            pergunta="Estornar? Uma movimentação inversa será registrada.",
        ),
    )

    def aberta(self, obj: Any) -> bool:
        return obj.estorno_de_id is None and not MovimentacaoEstoque.objects.filter(estorno_de=obj).exists()

    def servico_de_criacao(self, **dados: Any) -> Any:
        return services.movimentacao_registrar(**dados)
