"""The office's pages for quotes. Thin: every write goes through the services."""

from orcamentos.admin import ligacoes
from orcamentos.admin.importar import ImportacaoDeOrcamentosAdmin
from orcamentos.admin.orcamento import OrcamentoAdmin

__all__ = ["ImportacaoDeOrcamentosAdmin", "OrcamentoAdmin", "ligacoes"]
