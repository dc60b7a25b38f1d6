"""What every app stands on: the tenant, people, roles, keys, alerts, the audit trail."""

from nucleo.models.alerta import Alerta
from nucleo.models.auditoria import RegistroAuditoria
from nucleo.models.base import ChaveInquilino, ModeloDaEmpresa
from nucleo.models.chave_api import ChaveApi, ChaveIdempotencia
from nucleo.models.empresa import Empresa
from nucleo.models.importacao import ImportacaoDeArquivo, ImportacaoDoEscritorio, LinhaRecusada
from nucleo.models.perfil import Perfil, Vinculo
from nucleo.models.pulso import Pulso
from nucleo.models.usuario import Usuario

__all__ = [
    "Alerta",
    "ChaveApi",
    "ChaveIdempotencia",
    "ChaveInquilino",
    "Empresa",
    "ImportacaoDeArquivo",
    "ImportacaoDoEscritorio",
    "LinhaRecusada",
    "ModeloDaEmpresa",
    "Perfil",
    "Pulso",
    "RegistroAuditoria",
    "Usuario",
    "Vinculo",
]
