"""The office's pages of the stock."""

from estoque.admin import ligacoes
from estoque.admin.configuracao import ConfiguracaoEstoqueAdmin
from estoque.admin.etapas import CarteiraAdmin, PreSeparacaoAdmin, ProducaoAdmin, SeparacaoAdmin
from estoque.admin.movimentacao import MovimentacaoAdmin
from estoque.admin.produto import ProdutoAdmin

__all__ = [
    "CarteiraAdmin",
    "ConfiguracaoEstoqueAdmin",
    "MovimentacaoAdmin",
    "PreSeparacaoAdmin",
    "ProducaoAdmin",
    "ProdutoAdmin",
    "SeparacaoAdmin",
    "ligacoes",
]
