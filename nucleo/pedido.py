"""A web request as this product's middleware leaves it."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from nucleo.ator import Ator

if TYPE_CHECKING:
    from nucleo.models import ChaveApi, Empresa


class Pedido(HttpRequest):
    """What middleware adds: for whom the request works, who is acting, and by which key or context."""

    empresa: "Empresa | None"
    ator: Ator | None
    chave_api: "ChaveApi | None"
    # A sessions_ctx.SessionContext; nucleo stands below that app and only hands it on.
    contexto: Any
