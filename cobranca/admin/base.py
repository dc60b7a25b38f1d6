"""Pages that show and act, but never write a row past the services."""

from typing import Any

from django.http import HttpRequest

from nucleo.admin import AdminDaEmpresa


class SoLeitura(AdminDaEmpresa):
    """Rows that only services write: shown, not edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
