"""Errors outside the views: a page for people, problem+json for programs; neither tells what broke."""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nucleo.api.problemas import problema_http

# A killed server is back within a second or two.
VOLTA_EM_S = 2
_DE_PROGRAMAS = ("/api/", "/webhooks/")


def pedido_invalido(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig) and request.path.startswith(_DE_PROGRAMAS):
        limite = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
        return problema_http(413, "corpo_grande_demais", f"O corpo do pedido passa de {limite} MB.")
    return _responder(request, 400, "pedido_invalido", "O pedido não pôde ser lido.")


def sem_permissao(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _responder(request, 403, "nao_permitido", "O perfil ativo não permite esta ação.")


def nao_encontrado(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _responder(request, 404, "nao_encontrado", "Este endereço não existe.")


def erro_interno(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the exception is being handled: a lost database is a 503."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        resposta = _responder(
            request, 503, "indisponivel", "O banco de dados não respondeu; tente de novo em instantes."
        )
        resposta["Retry-After"] = str(VOLTA_EM_S)
        return resposta
    return _responder(request, 500, "erro_interno", "O erro foi registrado; tente de novo em instantes.")


def csrf_recusado(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW. The reason goes to the log, not to whoever sent the form."""
    frase = "O formulário venceu ou não veio deste site. Nada foi gravado."
    return _responder(request, 403, "csrf_recusado", frase, modelo="403_csrf.html")


def _responder(
    request: HttpRequest, status: int, codigo: str, detalhe: str, modelo: str = ""
) -> HttpResponse:
    if request.path.startswith(_DE_PROGRAMAS):
        return problema_http(status, codigo, detalhe)
    return render(request, modelo or f"{status}.html", status=status)
