"""A web request as this product's middleware leaves it."""

import ipaddress
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest

from nucleo.ator import Ator
from nucleo.errors import ErroDeNegocio

if TYPE_CHECKING:
    from nucleo.models import ChaveApi, Empresa


class Pedido(HttpRequest):
    """What middleware adds: for whom the request works, who is acting, and by which key or context."""

    empresa: "Empresa | None"
    ator: Ator | None
    chave_api: "ChaveApi | None"
    # A sessions_ctx.SessionContext; nucleo stands below that app and only hands it on.
    contexto: Any
    # What a service refused in this form; the form is shown again with it.
    erro_de_negocio: ErroDeNegocio


def endereco_do_pedido(request: HttpRequest) -> str | None:
    """Return the caller's address, or None where there is none (a unix socket).

    `X-Forwarded-For` is anybody's text; only the entries that our own proxies appended are believed,
    so their number (`PROXIES_CONFIAVEIS`) must be right: the address is that many from the right.
    """
    texto = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES_CONFIAVEIS:
        saltos = request.headers.get("X-Forwarded-For", "").split(",")
        if len(saltos) >= settings.PROXIES_CONFIAVEIS:
            texto = saltos[-settings.PROXIES_CONFIAVEIS].strip()
    try:
        return str(ipaddress.ip_address(texto))
    except ValueError:
        return None
