"""The off-switch for bulk loads. The triggers stay on: they cost 5 % and keep a killed load exact."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from estoque.locks import segurar_desligado, soltar_desligado
from estoque.models import EstadoCache
from estoque.services.cache import cache_reconstruir
from nucleo.ator import SISTEMA, Ator
from nucleo.escopo import exigir_empresa
from nucleo.models import Empresa

logger = logging.getLogger(__name__)


@contextmanager
def desabilitar_cache_temporariamente(
    empresa: Empresa | None = None, *, ator: Ator = SISTEMA
) -> Iterator[None]:
    """Load in bulk: nothing is folded and readers are told that figures are being rebuilt.

    Must be entered outside any transaction: the state row is committed, and this connection's session
    lock says that its loader lives. On leaving, also by exception, the caches are rebuilt and exact; after
    a kill the sweeper finds the row without its lock and does it. A second loader of the empresa waits.
    """
    if any(not getattr(bloco, "_from_testcase", False) for bloco in connection.atomic_blocks):
        raise RuntimeError("desabilitar_cache_temporariamente não funciona dentro de uma transação.")
    alvo = empresa or Empresa.objects.get(pk=exigir_empresa())
    segurar_desligado(empresa_id=alvo.pk)
    try:
        EstadoCache.objects.update_or_create(empresa=alvo, defaults={"desligado_por": ator.nome[:120]})
        logger.info("cache do estoque desligado", extra={"empresa": alvo.slug})
        try:
            yield
        finally:
            _religar(alvo)
    finally:
        soltar_desligado(empresa_id=alvo.pk)


def _religar(empresa: Empresa) -> None:
    # One transaction: no reader finds the row gone and the caches not yet rebuilt.
    with transaction.atomic():
        cache_reconstruir(empresa=empresa)
        EstadoCache.objects.filter(empresa=empresa).delete()
