"""Customers, the municipalities of Brazil, and the counters behind `codigo_cliente`."""

from clientes.models.cliente import Cliente
from clientes.models.importacao import ErroDaImportacao, ImportacaoDeClientes
from clientes.models.municipio import Municipio
from clientes.models.sequencia import CodigoSequencia, ContadorDeMunicipios, FaixaImportada

__all__ = [
    "Cliente",
    "CodigoSequencia",
    "ContadorDeMunicipios",
    "ErroDaImportacao",
    "FaixaImportada",
    "ImportacaoDeClientes",
    "Municipio",
]
