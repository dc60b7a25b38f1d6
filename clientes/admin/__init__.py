"""The office's pages for customers."""

from clientes.admin.cliente import ClienteAdmin

__all__ = ["ClienteAdmin"]
