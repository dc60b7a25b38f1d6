"""What a caller may do: it must act for an empresa, and hold the view's permission there."""

from typing import Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

_VERBOS = {
    "GET": "view",
    "HEAD": "view",
    "OPTIONS": "view",
    "POST": "add",
    "PUT": "change",
    "PATCH": "change",
}


class TemEmpresa(BasePermission):
    """Authenticated and acting for one empresa, with the permission named by the view.

    A view states `permissoes = {"GET": "clientes.view_cliente", "POST": "clientes.add_cliente"}`, or a
    `modelo_da_permissao` from which Django's own names follow.
    """

    message = "O perfil ativo não permite esta ação."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            raise NotAuthenticated(
                "Envie uma chave de API (Authorization: Api-Key ...) ou entre com a sessão."
            )
        if getattr(request._request, "empresa", None) is None:
            self.message = "Escolha um perfil antes de usar a API."
            return False
        exigida = _permissao_exigida(request.method or "GET", view)
        return exigida is None or request.user.has_perm(exigida)


def _permissao_exigida(metodo: str, view: Any) -> str | None:
    nomeadas: dict[str, str] = getattr(view, "permissoes", {})
    if metodo in nomeadas:
        return nomeadas[metodo]
    modelo = getattr(view, "modelo_da_permissao", None)
    if modelo is None:
        return None
    return f"{modelo._meta.app_label}.{_VERBOS.get(metodo, 'delete')}_{modelo._meta.model_name}"
