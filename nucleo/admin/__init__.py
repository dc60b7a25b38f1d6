"""The office's base classes and the admin of companies, people and keys."""

from nucleo.admin.base import AdminDaEmpresa, InlineDaEmpresa, ator_do_pedido

__all__ = ["AdminDaEmpresa", "InlineDaEmpresa", "ator_do_pedido"]
