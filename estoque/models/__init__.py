"""Products, the ledger, planned demand and supply, and the caches over them."""

from estoque.models.cache import CacheUpdateLog, EstadoCache, ProjecaoEstoqueCache, SaldoEstoqueCache
from estoque.models.fontes import CarteiraPrincipal, PreSeparacaoItem, ProgramacaoProducao, Separacao
from estoque.models.importacao import ImportacaoDeMovimentacoes
from estoque.models.movimentacao import MovimentacaoEstoque
from estoque.models.produto import QUANTIDADE_MAXIMA, ConfiguracaoEstoque, Produto

__all__ = [
    "QUANTIDADE_MAXIMA",
    "CacheUpdateLog",
    "CarteiraPrincipal",
    "ConfiguracaoEstoque",
    "EstadoCache",
    "ImportacaoDeMovimentacoes",
    "MovimentacaoEstoque",
    "PreSeparacaoItem",
    "Produto",
    "ProgramacaoProducao",
    "ProjecaoEstoqueCache",
    "SaldoEstoqueCache",
    "Separacao",
]
