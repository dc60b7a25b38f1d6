"""How a caller of the API is recognised: a key (resolved by the middleware) or the office's session."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from nucleo.models import ChaveApi


class PortadorDaChave(AnonymousUser):
    """Stands for a program: it has the permissions of its key's perfil, or all without one."""

    def __init__(self, chave: ChaveApi) -> None:
        super().__init__()
        self.chave = chave

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]
        return True

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.chave.perfil is None or perm in self.chave.perfil.nomes_das_permissoes


class ChaveApiAuthentication(BaseAuthentication):
    """`Authorization: Api-Key <prefixo.segredo>`."""

    def authenticate(self, request: Request) -> tuple[PortadorDaChave, ChaveApi] | None:
        chave = getattr(request._request, "chave_api", None)
        return (PortadorDaChave(chave), chave) if chave else None

    def authenticate_header(self, request: Request) -> str:
        return "Api-Key"


class SessaoComContextoAuthentication(SessionAuthentication):
    """The browser's session (CSRF-checked); the active context is checked by the permission."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as exc:
            raise PermissionDenied(
                "O token CSRF falta ou não confere: envie em X-CSRFToken o que a entrada devolveu.",
                code="csrf_recusado",
            ) from exc

    def authenticate_header(self, request: Request) -> str:
        return "Api-Key"
