"""Quotes from spreadsheets: what the office's import pages work with."""

from django.contrib import admin

from nucleo.admin.importacao import ImportacoesAdmin, PaginasDeImportacao
from orcamentos.models import ImportacaoDeOrcamentos
from orcamentos.services.importacao import (
    OBRIGATORIAS,
    OPCIONAIS,
    importacao_abrir,
    importacao_conferir,
)
from orcamentos.tasks import importar


class ImportacaoNoEscritorio(PaginasDeImportacao):
    """Mixed into the quote's admin."""

    importacoes = ImportacaoDeOrcamentos
    importacao_conferir = staticmethod(importacao_conferir)
    importacao_abrir = staticmethod(importacao_abrir)
    importacao_tarefa = importar
    importacao_colunas = (*OBRIGATORIAS, *OPCIONAIS)
    importacao_dica = (
        "Uma linha por item; linhas seguidas com o mesmo budget_number são um orçamento. Sem budget_number, "
        "cada linha é um orçamento e recebe o próximo número. O cliente vai pelo código."
    )


@admin.register(ImportacaoDeOrcamentos)
class ImportacaoDeOrcamentosAdmin(ImportacoesAdmin):
    """How far each import of quotes is."""
