from django.contrib import admin

from cobranca.models import ConfiguracaoCobranca, Feriado, Horario
from nucleo.admin import AdminDaEmpresa


@admin.register(Horario)
class HorarioAdmin(AdminDaEmpresa):
    """Opening hours: none means always open."""

    list_display = ("dia", "abre", "fecha")


@admin.register(Feriado)
class FeriadoAdmin(AdminDaEmpresa):
    """Days off of the empresa's own."""

    list_display = ("data", "nome")


@admin.register(ConfiguracaoCobranca)
class ConfiguracaoCobrancaAdmin(AdminDaEmpresa):
    """How the empresa sends."""

    list_display = ("modo", "apos_sem_registro", "limite_tentativas", "agradecimento")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
