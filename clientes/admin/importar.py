"""Customers from spreadsheets: what the office's import pages work with."""

from django.contrib import admin

from clientes.models import ImportacaoDeClientes
from clientes.services.importacao import OPCIONAIS, importacao_abrir, importacao_conferir
from clientes.tasks import importar
from nucleo.admin.importacao import ImportacoesAdmin, PaginasDeImportacao


class ImportacaoNoEscritorio(PaginasDeImportacao):
    """Mixed into the customer's admin."""

    importacoes = ImportacaoDeClientes
    importacao_conferir = staticmethod(importacao_conferir)
    importacao_abrir = staticmethod(importacao_abrir)
    importacao_tarefa = importar
    importacao_colunas = ("nome", *OPCIONAIS)
    importacao_dica = "Só o nome e o município (código IBGE, ou nome e UF) são obrigatórios."


@admin.register(ImportacaoDeClientes)
class ImportacaoDeClientesAdmin(ImportacoesAdmin):
    """How far each import of customers is."""
