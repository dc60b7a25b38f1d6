"""The office's pages for customers."""

from clientes.admin.cliente import ClienteAdmin
from clientes.admin.importar import ImportacaoDeClientesAdmin
from clientes.admin.municipio import MunicipioAdmin

__all__ = ["ClienteAdmin", "ImportacaoDeClientesAdmin", "MunicipioAdmin"]
