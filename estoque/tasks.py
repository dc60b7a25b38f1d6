"""The stock's background work: ids in, one service called. All of it may run twice."""

import logging
from collections.abc import Callable

import redis
from celery import shared_task
from django.db import DatabaseError

from estoque.models import CacheUpdateLog, EstadoCache, SaldoEstoqueCache
from estoque.services.cache import cache_validar, cache_varrer, produtos_dobrar
from nucleo.api.limites import cliente_redis
from nucleo.errors import ErroDeNegocio, Indisponivel
from nucleo.escopo import escopo, visao_do_dono
from nucleo.models import Empresa

logger = logging.getLogger(__name__)

ESPERA_S = 0.5
AMOSTRA = 50


def chave_de_espera(empresa_id: int, produto_id: int) -> str:
    """The key that says: a fold of this product is on its way."""
    return f"estoque-dobra:{empresa_id}:{produto_id}"


@shared_task(time_limit=120, soft_time_limit=100)
def dobrar_produtos(empresa_id: int, produto_ids: list[int]) -> int:
    """Fold these products. The keys go first: whoever writes after that announces a new fold."""
    try:
        cliente_redis().delete(*(chave_de_espera(empresa_id, produto_id) for produto_id in produto_ids))
    except redis.RedisError:
        logger.warning("chaves de espera não apagadas; elas vencem sozinhas")
    with escopo(empresa_id):
        empresa = Empresa.objects.filter(pk=empresa_id).first()
        if empresa is None:
            return 0
        try:
            return produtos_dobrar(empresa=empresa, produto_ids=produto_ids)
        except Indisponivel as exc:
            # Reads stay exact (cache + pending); the sweeper comes by in seconds.
            logger.warning("dobra adiada", extra={"code": exc.code, "produtos": produto_ids})
            return 0


@shared_task(time_limit=600, soft_time_limit=570)
def varrer_estoque() -> int:
    """Fold what no signal announced, in every empresa that has something to fold or to clear up."""
    with visao_do_dono("varredura do estoque: achar as empresas com deltas pendentes"):
        ids = {*CacheUpdateLog.objects.values_list("empresa_id", flat=True).distinct()}
        ids |= {*EstadoCache.objects.values_list("empresa_id", flat=True)}
        empresas = list(Empresa.objects.filter(pk__in=ids))
    return sum(_na_empresa(empresa, cache_varrer) or 0 for empresa in empresas)


@shared_task(time_limit=900, soft_time_limit=840)
def validar_estoque_amostra() -> None:
    """Every hour: compare a sample of each empresa, repair and alert."""
    for empresa in _ativas():
        _na_empresa(empresa, _validar_amostra)


@shared_task(time_limit=3000, soft_time_limit=2900)
def validar_estoque_tudo() -> None:
    """Every night: compare all products, repair and alert; refresh what midnight outdated."""
    for empresa in _ativas():
        _na_empresa(empresa, cache_varrer)
        _na_empresa(empresa, _validar_tudo)


def _ativas() -> list[Empresa]:
    with visao_do_dono("validação do estoque: listar as empresas"):
        return list(Empresa.objects.filter(ativa=True, pk__in=SaldoEstoqueCache.objects.values("empresa_id")))


def _validar_amostra(*, empresa: Empresa) -> int:
    return len(cache_validar(empresa=empresa, amostra=AMOSTRA, corrigir=True)["divergencias"])


def _validar_tudo(*, empresa: Empresa) -> int:
    return len(cache_validar(empresa=empresa, corrigir=True)["divergencias"])


def _na_empresa(empresa: Empresa, trabalho: Callable[..., int]) -> int | None:
    """One empresa's trouble must not stop the others."""
    try:
        with escopo(empresa):
            return trabalho(empresa=empresa)
    except (DatabaseError, ErroDeNegocio):
        logger.exception("trabalho do estoque falhou", extra={"empresa": empresa.slug})
        return None
