"""Every request has a name, in each of its log lines and in the answer."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase

CABECALHO = "X-Request-ID"
_ACEITO = re.compile(r"[A-Za-z0-9._-]{8,64}")


class IdentificarPedido:
    """Take the proxy's request id, or make one; nothing that could forge a log line is taken."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        recebido = request.headers.get(CABECALHO, "")
        nome = recebido if _ACEITO.fullmatch(recebido) else uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(pedido=nome):
            resposta = self.get_response(request)
        resposta[CABECALHO] = nome
        return resposta
