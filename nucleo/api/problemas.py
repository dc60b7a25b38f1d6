"""RFC 9457 problem+json: one shape for every error of the API."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from nucleo import errors

TIPO = "application/problem+json"
_STATUS: dict[type[errors.ErroDeNegocio], int] = {
    errors.ErroDeValidacao: status.HTTP_400_BAD_REQUEST,
    errors.NaoPermitido: status.HTTP_403_FORBIDDEN,
    errors.NaoEncontrado: status.HTTP_404_NOT_FOUND,
    errors.Conflito: status.HTTP_409_CONFLICT,
    errors.Indisponivel: status.HTTP_503_SERVICE_UNAVAILABLE,
}
_TITULOS = {
    400: "Dados inválidos",
    401: "Não autenticado",
    403: "Não permitido",
    404: "Não encontrado",
    405: "Método não permitido",
    406: "Formato não oferecido",
    409: "Conflito",
    413: "Corpo grande demais",
    415: "Formato não aceito",
    429: "Chamadas demais",
    500: "Erro interno",
    503: "Indisponível",
}
# DRF's own codes, said in the words of the contract.
_CODIGOS = {
    "required": "campo_obrigatorio",
    "blank": "campo_obrigatorio",
    "null": "campo_obrigatorio",
    "empty": "campo_obrigatorio",
    "parse_error": "json_invalido",
    "not_found": "nao_encontrado",
    "permission_denied": "nao_permitido",
    "not_authenticated": "nao_autenticado",
    "authentication_failed": "nao_autenticado",
    "throttled": "limite_excedido",
    "method_not_allowed": "metodo_nao_permitido",
    "not_acceptable": "formato_nao_oferecido",
    "unsupported_media_type": "formato_nao_aceito",
}
# What the framework's fields say of a value they cannot take.
_CODIGOS |= dict.fromkeys(
    (
        *("date", "datetime", "make_aware", "overflow", "invalid", "invalid_choice", "invalid_image"),
        *("invalid_unicode", "does_not_exist", "incorrect_match", "incorrect_type", "no_match", "no_name"),
        *("max_decimal_places", "max_digits", "max_length", "max_string_length", "max_value"),
        *("max_whole_digits", "min_length", "min_value", "not_a_dict", "not_a_list"),
        *("null_characters_not_allowed", "surrogate_characters_not_allowed"),
    ),
    "valor_invalido",
)


# Clearer than the framework's own wording.
_FRASES = {"campo_obrigatorio": "Preencha este campo."}


def status_do_erro(exc: errors.ErroDeNegocio) -> int:
    """Return the HTTP status of a domain error, by its nearest mapped class."""
    return next((_STATUS[classe] for classe in type(exc).__mro__ if classe in _STATUS), 400)


def problema(
    codigo_http: int, code: str, detail: str, erros: list[dict[str, Any]] | None = None, **extra: Any
) -> dict[str, Any]:
    """Build the body of a problem+json answer."""
    return {
        "type": f"urn:backoffice:erro:{code}",
        "title": _TITULOS.get(codigo_http, "Erro"),
        "status": codigo_http,
        "detail": detail,
        "code": code,
        "errors": erros or [],
        **extra,
    }


def problema_http(
    codigo_http: int, code: str, detail: str, erros: list[dict[str, Any]] | None = None, **extra: Any
) -> JsonResponse:
    """The same answer for code that runs outside a DRF view (middleware, error handlers)."""
    return JsonResponse(
        problema(codigo_http, code, detail, erros, **extra),
        status=codigo_http,
        content_type=TIPO,
        json_dumps_params={"ensure_ascii": False},
    )


def corpo_do_erro(exc: errors.ErroDeNegocio) -> dict[str, Any]:
    """Turn a domain error into its problem body."""
    todos = exc.erros if isinstance(exc, errors.ErrosDeValidacao) else [exc]
    erros = [{"field": e.field, "code": e.code, "detail": e.detail} for e in todos if e.field]
    extra = {k: v for k, v in exc.extra.items() if isinstance(v, (str, int, bool))}
    return problema(status_do_erro(exc), exc.code, exc.detail, erros, **extra)


def responder_problema(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. Unknown exceptions stay unknown: they become a logged 500."""
    corpo, cabecalhos = _corpo(exc)
    if corpo is None:
        return None
    set_rollback()
    return Response(corpo, status=corpo["status"], headers=cabecalhos, content_type=TIPO)


def _corpo(exc: Exception) -> tuple[dict[str, Any] | None, dict[str, str]]:
    if isinstance(exc, errors.ErroDeNegocio):
        return corpo_do_erro(exc), {}
    if isinstance(exc, Http404):
        return problema(404, "nao_encontrado", "Não encontrado nesta empresa."), {}
    if isinstance(exc, PermissionDenied):
        return problema(403, "nao_permitido", "O perfil ativo não permite esta ação."), {}
    if isinstance(exc, exceptions.ValidationError):
        erros = list(_achatar(exc.get_full_details()))
        detalhe = "; ".join(f"{e['field']}: {e['detail']}" if e["field"] else e["detail"] for e in erros[:5])
        return problema(400, erros[0]["code"] if erros else "valor_invalido", detalhe, erros), {}
    if isinstance(exc, exceptions.APIException):
        return _corpo_drf(exc)
    return None, {}


def _corpo_drf(exc: exceptions.APIException) -> tuple[dict[str, Any], dict[str, str]]:
    cabecalhos = {}
    if desafio := getattr(exc, "auth_header", None):
        cabecalhos["WWW-Authenticate"] = desafio
    if espera := getattr(exc, "wait", None):
        cabecalhos["Retry-After"] = str(max(1, int(espera)))
    codigo = exc.get_codes()
    code = _CODIGOS.get(codigo, codigo) if isinstance(codigo, str) else "erro"
    detalhe = exc.detail if isinstance(exc.detail, str) else "Pedido recusado."
    return problema(exc.status_code, code, str(detalhe)), cabecalhos


def _achatar(detalhes: Any, campo: str = "") -> Any:
    """Flatten DRF's nested details to {field, code, detail}, nested names joined by dots."""
    if isinstance(detalhes, dict) and set(detalhes) == {"message", "code"}:
        codigo = _CODIGOS.get(str(detalhes["code"]), str(detalhes["code"]))
        frase = _FRASES.get(codigo, str(detalhes["message"]))
        yield {"field": campo or None, "code": codigo, "detail": frase}
    elif isinstance(detalhes, dict):
        for nome, valor in detalhes.items():
            proximo = campo if nome == "non_field_errors" else f"{campo}.{nome}" if campo else str(nome)
            yield from _achatar(valor, proximo)
    elif isinstance(detalhes, list):
        for indice, valor in enumerate(detalhes):
            e_folha = isinstance(valor, dict) and set(valor) == {"message", "code"}
            yield from _achatar(valor, campo if e_folha else f"{campo}.{indice}")
