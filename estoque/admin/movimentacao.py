from typing import Any

from django.contrib import admin

from estoque import services
from estoque.admin.acoes import Acao, ComAcoes
from estoque.admin.base import CriadaPorServico
from estoque.models import MovimentacaoEstoque
from nucleo.admin.base import empresa_do_pedido
from nucleo.datas import hoje


@admin.register(MovimentacaoEstoque)
class MovimentacaoAdmin(ComAcoes, CriadaPorServico):
    """The ledger: entries are added and reversed, never changed."""

    list_display = ("id", "data", "produto", "tipo", "quantidade", "documento", "criado_por")
    list_filter = ("tipo", "data")
    list_select_related = ("produto",)
    search_fields = ("documento__exact", "produto__cod_produto__exact")
    search_help_text = "Documento ou código do produto"
    autocomplete_fields = ("produto",)
    campos_de_entrada = ("produto", "tipo", "quantidade", "data", "documento", "observacao")
    fields = (*campos_de_entrada, "separacao", "producao", "estorno_de", "criado_em", "criado_por")
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
        ),
    )

    def aberta(self, obj: Any) -> bool:
        return obj.estorno_de_id is None and not MovimentacaoEstoque.objects.filter(estorno_de=obj).exists()

    def get_changeform_initial_data(self, request: Any) -> dict[str, Any]:
        return {"data": hoje(empresa_do_pedido(request).fuso), **super().get_changeform_initial_data(request)}

    def servico_de_criacao(self, **dados: Any) -> Any:
        return services.movimentacao_registrar(**dados)
