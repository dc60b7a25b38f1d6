"""The quotes' background work. It may run twice: the second time finds nothing to do."""

import logging

from celery import shared_task
from django.db import DatabaseError

from nucleo.escopo import escopo, visao_do_dono
from nucleo.models import Empresa
from nucleo.services.importacao import envio_rodar, envios_parados
from orcamentos.models import ImportacaoDeOrcamentos
from orcamentos.services import orcamentos_expirar
from orcamentos.services.importacao import importacao_do_escritorio_executar

logger = logging.getLogger(__name__)


@shared_task(time_limit=900, soft_time_limit=840)
def expirar_orcamentos() -> int:
    """Expire what is past its validity, each empresa by its own calendar.

    Every hour, so that each time zone's midnight is met; it looks at dates, so any pause is caught up.
    """
    with visao_do_dono("validade dos orçamentos: listar as empresas"):
        empresas = list(Empresa.objects.filter(ativa=True))
    return sum(_na_empresa(empresa) for empresa in empresas)


def _na_empresa(empresa: Empresa) -> int:
    """One empresa's trouble must not stop the others."""
    try:
        with escopo(empresa):
            return orcamentos_expirar(empresa=empresa)
    except DatabaseError:
        logger.exception("orcamentos nao expirados", extra={"empresa": empresa.slug})
        return 0


@shared_task(time_limit=15 * 60, soft_time_limit=14 * 60)
def importar(empresa_id: int, importacao_id: int) -> None:
    """Import a confirmed file, or go on where a killed run stopped."""
    envio_rodar(importacao_do_escritorio_executar, empresa_id=empresa_id, importacao_id=importacao_id)


@shared_task(time_limit=120, soft_time_limit=100)
def retomar_importacoes() -> None:
    """Hand out again what a lost task left unfinished."""
    for ids in envios_parados(ImportacaoDeOrcamentos):
        importar.apply_async(args=ids, expires=50)
