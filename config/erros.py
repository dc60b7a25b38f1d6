"""Errors outside the views: a page for people, problem+json for programs; neither tells what broke."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nucleo.api.problemas import problema_http

_DE_PROGRAMAS = ("/api/", "/webhooks/")


def pedido_invalido(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _responder(request, 400, "pedido_invalido", "O pedido não pôde ser lido.")


def sem_permissao(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _responder(request, 403, "nao_permitido", "O perfil ativo não permite esta ação.")


def nao_encontrado(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _responder(request, 404, "nao_encontrado", "Este endereço não existe.")


def erro_interno(request: HttpRequest) -> HttpResponse:
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
