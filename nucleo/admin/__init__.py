"""The office's base classes and the admin of companies, people and keys."""

from nucleo.admin.base import AdminDaEmpresa, InlineDaEmpresa, SomenteLeitura, UmaPorEmpresa, ator_do_pedido
from nucleo.admin.chaves import ChaveApiAdmin
from nucleo.admin.empresa import EmpresaAdmin
from nucleo.admin.pessoas import PerfilAdmin, UsuarioAdmin, VinculoAdmin
from nucleo.admin.trilha import AlertaAdmin, RegistroAuditoriaAdmin

__all__ = [
    "AdminDaEmpresa",
    "AlertaAdmin",
    "ChaveApiAdmin",
    "EmpresaAdmin",
    "InlineDaEmpresa",
    "PerfilAdmin",
    "RegistroAuditoriaAdmin",
    "SomenteLeitura",
    "UmaPorEmpresa",
    "UsuarioAdmin",
    "VinculoAdmin",
    "ator_do_pedido",
]
