"""Reads of the quotes over more than one row."""

from orcamentos.selectors.consulta import (
    orcamento_completo,
    orcamentos_buscar,
    orcamentos_da_empresa,
)
from orcamentos.selectors.numeracao import (
    ResumoDaSerie,
    irregularidades,
    lacunas,
    proximo_numero,
    series_resumo,
)
from orcamentos.selectors.revisoes import (
    Mudanca,
    conteudo,
    diferencas,
    diferencas_do_rascunho,
    revisoes_com_diferencas,
    revisoes_em_dados,
)

__all__ = [
    "Mudanca",
    "ResumoDaSerie",
    "conteudo",
    "diferencas",
    "diferencas_do_rascunho",
    "irregularidades",
    "lacunas",
    "orcamento_completo",
    "orcamentos_buscar",
    "orcamentos_da_empresa",
    "proximo_numero",
    "revisoes_com_diferencas",
    "revisoes_em_dados",
    "series_resumo",
]
