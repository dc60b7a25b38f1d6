"""Where the gateway's events come in: authenticated, stored, answered; the work is done later."""

import json

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from cobranca.services.instancias import CABECALHO_DO_SEGREDO
from cobranca.services.webhooks import evento_guardar, eventos_processar, instancia_do_webhook
from nucleo.api.problemas import problema_http
from nucleo.errors import Indisponivel
from nucleo.escopo import escopo
from nucleo.models import Empresa

# Events are a few kB, media and history are not asked for: anything larger is none of the gateway's events.
CORPO_MAXIMO = 8 * 1024 * 1024


@csrf_exempt
def receber(request: HttpRequest, codigo: str) -> HttpResponse:
    """200 once the event is stored. 5xx makes the gateway try again; 400, 401, 404 and 405 do not."""
    if request.method != "POST":
        recusa = problema_http(405, "metodo_nao_permitido", "O webhook recebe só POST.")
        recusa["Allow"] = "POST"
        return recusa
    try:
        return _receber(request, codigo)
    except (OperationalError, InterfaceError):
        return problema_http(503, "indisponivel", "O banco de dados não responde; envie de novo.")
    except Indisponivel as exc:
        return problema_http(503, exc.code, exc.detail)


def _receber(request: HttpRequest, codigo: str) -> HttpResponse:
    achada = instancia_do_webhook(codigo=codigo, segredo=request.headers.get(CABECALHO_DO_SEGREDO, ""))
    if achada is None:
        return problema_http(404, "instancia_desconhecida", "Não há instância neste endereço.")
    if not isinstance(achada, tuple):
        return problema_http(401, "segredo_invalido", f"O cabeçalho {CABECALHO_DO_SEGREDO} não confere.")
    corpo = _corpo(request)
    if corpo is None:
        return problema_http(413, "corpo_grande_demais", "O corpo do webhook passa de 8 MB.")
    try:
        payload = json.loads(corpo)
    except (ValueError, RecursionError):
        return problema_http(400, "json_invalido", "O corpo do webhook não é JSON.")
    if not isinstance(payload, dict):
        return problema_http(400, "json_invalido", "O corpo do webhook deve ser um objeto JSON.")
    empresa_id, instancia_id = achada
    with escopo(empresa_id):
        evento_guardar(empresa_id=empresa_id, instancia_id=instancia_id, payload=payload)
        if payload.get("event") == "messages.upsert":
            # A request to stop must not wait for the next round.
            eventos_processar(empresa=Empresa.objects.get(pk=empresa_id), limite=5)
    return JsonResponse({"recebido": True})


def _corpo(request: HttpRequest) -> bytes | None:
    try:
        tamanho = int(request.headers.get("Content-Length") or 0)
        corpo = request.body if tamanho <= CORPO_MAXIMO else None
    except (ValueError, RequestDataTooBig):
        return None
    return corpo if corpo is not None and len(corpo) <= CORPO_MAXIMO else None
