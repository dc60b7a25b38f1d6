"""`Idempotency-Key`: the same request twice is done once and answered twice."""

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from nucleo.errors import Conflito, ErroDeValidacao
from nucleo.locks import chave_idempotencia_travar
from nucleo.models import ChaveIdempotencia
from nucleo.pedido import Pedido


def idempotente(metodo: Callable[..., Response]) -> Callable[..., Response]:
    """Decorate the creating method of an API view.

    With the header, key row, work and stored answer are one transaction: a second identical request
    waits on the unique key, then finds the answer. A refused request (an exception) leaves no trace,
    so it may be corrected and sent again under the same key.
    """

    @wraps(metodo)
    def com_chave(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        chave = request.headers.get("Idempotency-Key", "")
        if not chave:
            return metodo(view, request, *args, **kwargs)
        with transaction.atomic():
            registro, nova = _registrar(request, chave)
            if not nova:
                return _repetida(registro, request)
            resposta = metodo(view, request, *args, **kwargs)
            registro.status, registro.resposta = resposta.status_code, _texto(resposta.data)
            registro.save(update_fields=["status", "resposta"])
            return resposta

    return com_chave


def processar_em_blocos(
    request: Request,
    itens: Sequence[Any],
    processar: Callable[[Sequence[Any], int], list[dict[str, Any]]],
    *,
    tamanho: int = 100,
) -> list[dict[str, Any]]:
    """Settle a batch in blocks of `tamanho`, each in a transaction of its own; return a result per item.

    `processar(itens do bloco, índice do primeiro)` returns one JSON-able result per item. With the header
    the results are recorded with their block: a batch that was killed and is sent again goes on behind
    the last committed block, and two identical ones at once take turns. Not inside `@idempotente`.
    """
    chave = request.headers.get("Idempotency-Key", "")
    if not chave:
        return _sem_chave(itens, processar, tamanho)
    feitos: list[dict[str, Any]] | None = None
    while feitos is None or len(feitos) < len(itens):
        with transaction.atomic():
            feitos = _mais_um_bloco(request, chave, itens, processar, tamanho)
    return feitos


def _sem_chave(
    itens: Sequence[Any], processar: Callable[[Sequence[Any], int], list[dict[str, Any]]], tamanho: int
) -> list[dict[str, Any]]:
    resultados: list[dict[str, Any]] = []
    for inicio in range(0, len(itens), tamanho):
        with transaction.atomic():
            resultados += processar(itens[inicio : inicio + tamanho], inicio)
    return resultados


def _mais_um_bloco(
    request: Request,
    chave: str,
    itens: Sequence[Any],
    processar: Callable[[Sequence[Any], int], list[dict[str, Any]]],
    tamanho: int,
) -> list[dict[str, Any]]:
    achado, _ = _registrar(request, chave)
    registro = chave_idempotencia_travar(chave_id=achado.pk)
    _conferir_mesmo_pedido(registro, request)
    feitos: list[dict[str, Any]] = json.loads(registro.resposta or '{"resultados": []}')["resultados"]
    if len(feitos) < len(itens):
        feitos += processar(itens[len(feitos) : len(feitos) + tamanho], len(feitos))
        registro.resposta = _texto({"resultados": feitos})
    if len(feitos) >= len(itens):
        registro.status = 200
    registro.save(update_fields=["status", "resposta"])
    return feitos


def _registrar(request: Request, chave: str) -> tuple[ChaveIdempotencia, bool]:
    if len(chave) > 255 or not chave.isprintable():
        raise ErroDeValidacao(
            "idempotencia_invalida", "Idempotency-Key: até 255 caracteres visíveis.", field="Idempotency-Key"
        )
    # ON CONFLICT DO NOTHING waits for a concurrent holder of the key, then inserts nothing.
    return ChaveIdempotencia.objects.get_or_create(
        empresa=cast(Pedido, request._request).empresa,
        chave=chave,
        defaults={"rota": _rota(request), "resumo_corpo": resumo_do_corpo(request)},
    )


def _rota(request: Request) -> str:
    return f"{request.method} {request.path}"[:200]


def resumo_do_corpo(request: Request) -> str:
    """Digest of the parsed body, so that key order and spaces do not matter."""
    # In ASCII: a body may hold half a surrogate pair, which no encoding takes.
    texto = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(texto.encode()).hexdigest()


def _repetida(registro: ChaveIdempotencia, request: Request) -> Response:
    _conferir_mesmo_pedido(registro, request)
    resposta = json.loads(registro.resposta or "null")
    return Response(resposta, status=registro.status, headers={"Idempotency-Replayed": "true"})


def _conferir_mesmo_pedido(registro: ChaveIdempotencia, request: Request) -> None:
    if registro.resumo_corpo != resumo_do_corpo(request) or registro.rota != _rota(request):
        raise Conflito(
            "idempotencia_conflito",
            "Esta Idempotency-Key já foi usada com outro pedido.",
            field="Idempotency-Key",
        )


def _texto(dados: Any) -> str:
    return json.dumps(dados, cls=JSONEncoder)
