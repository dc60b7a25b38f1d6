"""All writes of the stock."""

from estoque.services.cache import (
    cache_reconstruir,
    cache_validar,
    cache_varrer,
    garantir_cache_atualizado,
    produto_atualizar,
    produtos_dobrar,
    validar_precisao_cache,
)
from estoque.services.carga import desabilitar_cache_temporariamente
from estoque.services.carteira import carteira_cancelar, carteira_incluir, carteira_incluir_varios
from estoque.services.lotes import movimentacoes_registrar
from estoque.services.movimentacoes import movimentacao_estornar, movimentacao_registrar
from estoque.services.producao import producao_cancelar, producao_concluir, producao_criar
from estoque.services.produtos import configuracao_definir, produto_alterar, produto_criar
from estoque.services.reprogramacao import (
    carteira_reprogramar,
    pre_separacao_reprogramar,
    producao_reprogramar,
    separacao_reprogramar,
)
from estoque.services.separacoes import (
    expedir,
    pre_separacao_cancelar,
    pre_separar,
    separacao_cancelar,
    separar,
)

__all__ = [
    "cache_reconstruir",
    "cache_validar",
    "cache_varrer",
    "carteira_cancelar",
    "carteira_incluir",
    "carteira_incluir_varios",
    "carteira_reprogramar",
    "configuracao_definir",
    "desabilitar_cache_temporariamente",
    "expedir",
    "garantir_cache_atualizado",
    "movimentacao_estornar",
    "movimentacao_registrar",
    "movimentacoes_registrar",
    "pre_separacao_cancelar",
    "pre_separacao_reprogramar",
    "pre_separar",
    "producao_cancelar",
    "producao_concluir",
    "producao_criar",
    "producao_reprogramar",
    "produto_alterar",
    "produto_atualizar",
    "produto_criar",
    "produtos_dobrar",
    "separacao_cancelar",
    "separacao_reprogramar",
    "separar",
    "validar_precisao_cache",
]
