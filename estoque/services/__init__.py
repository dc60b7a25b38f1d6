"""All writes of the stock."""

from estoque.services.carteira import carteira_cancelar, carteira_incluir, carteira_incluir_varios
from estoque.services.movimentacoes import movimentacao_estornar, movimentacao_registrar
from estoque.services.producao import producao_cancelar, producao_concluir, producao_criar
from estoque.services.produtos import configuracao_definir, produto_alterar, produto_criar
from estoque.services.separacoes import (
    expedir,
    pre_separacao_cancelar,
    pre_separar,
    separacao_cancelar,
    separar,
)

__all__ = [
    "carteira_cancelar",
    "carteira_incluir",
    "carteira_incluir_varios",
    "configuracao_definir",
    "expedir",
    "movimentacao_estornar",
    "movimentacao_registrar",
    "pre_separacao_cancelar",
    "pre_separar",
    "producao_cancelar",
    "producao_concluir",
    "producao_criar",
    "produto_alterar",
    "produto_criar",
    "separacao_cancelar",
    "separar",
]
