"""A quote, its items, what was sent of it, and the counters that number it."""

from orcamentos.models.importacao import ErroDaImportacao, ImportacaoDeOrcamentos
from orcamentos.models.item import ItemOrcamento
from orcamentos.models.orcamento import Orcamento, Status
from orcamentos.models.revisao import RevisaoOrcamento
from orcamentos.models.serie import FaixaImportada, SerieOrcamento

__all__ = [
    "ErroDaImportacao",
    "FaixaImportada",
    "ImportacaoDeOrcamentos",
    "ItemOrcamento",
    "Orcamento",
    "RevisaoOrcamento",
    "SerieOrcamento",
    "Status",
]
