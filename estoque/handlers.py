"""Waking the fold: any write through the ORM announces its product after the commit, at most once per
500 ms and product across all processes. What no signal announces is folded by the sweeper.
"""

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

import redis
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from kombu.exceptions import OperationalError

from estoque.models import (
    CarteiraPrincipal,
    MovimentacaoEstoque,
    PreSeparacaoItem,
    ProgramacaoProducao,
    Separacao,
)
from estoque.signals import produtos_mudaram
from estoque.tasks import ESPERA_S, chave_de_espera, dobrar_produtos
from nucleo.api.limites import cliente_redis

logger = logging.getLogger(__name__)

FONTES = (MovimentacaoEstoque, CarteiraPrincipal, PreSeparacaoItem, Separacao, ProgramacaoProducao)
# Long enough for the delayed task to be taken; the task itself deletes the key before it reads.
_VALIDADE_MS = int(ESPERA_S * 1000) * 4
_LOTE = 200


def conectar() -> None:
    """Connect the receivers (called once by the app's `ready`)."""
    for modelo in FONTES:
        post_save.connect(_linha_escrita, sender=modelo, dispatch_uid=f"estoque.dobra.{modelo.__name__}.save")
        post_delete.connect(
            _linha_escrita, sender=modelo, dispatch_uid=f"estoque.dobra.{modelo.__name__}.delete"
        )
    produtos_mudaram.connect(_varias_escritas, dispatch_uid="estoque.dobra.varias")


def _linha_escrita(sender: Any, instance: Any, raw: bool = False, **_: Any) -> None:
    if not raw:
        transaction.on_commit(partial(acordar, instance.empresa_id, (instance.produto_id,)))


def _varias_escritas(sender: Any, empresa_id: int, produto_ids: Iterable[int], **_: Any) -> None:
    transaction.on_commit(partial(acordar, empresa_id, tuple(produto_ids)))


def acordar(empresa_id: int, produto_ids: tuple[int, ...]) -> None:
    """Send the fold of the products that are not already awaited. Without Redis the sweeper does it."""
    try:
        novos = _ainda_nao_esperados(empresa_id, produto_ids)
        for i in range(0, len(novos), _LOTE):
            dobrar_produtos.apply_async((empresa_id, novos[i : i + _LOTE]), countdown=ESPERA_S, retry=False)
    except (redis.RedisError, OperationalError) as exc:
        logger.warning("dobra não anunciada; a varredura dobra", extra={"motivo": str(exc)})


def _ainda_nao_esperados(empresa_id: int, produto_ids: tuple[int, ...]) -> list[int]:
    tubo = cliente_redis().pipeline(transaction=False)
    for produto_id in produto_ids:
        tubo.set(chave_de_espera(empresa_id, produto_id), "1", nx=True, px=_VALIDADE_MS)
    return [produto_id for produto_id, nova in zip(produto_ids, tubo.execute(), strict=True) if nova]
