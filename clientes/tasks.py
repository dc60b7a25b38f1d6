"""Long imports, as tasks: ids in, one service called, running twice changes nothing."""

from celery import shared_task

from clientes.models import ImportacaoDeClientes
from clientes.services.importacao import importacao_do_escritorio_executar
from nucleo.services.importacao import envio_rodar, envios_parados


@shared_task(time_limit=15 * 60, soft_time_limit=14 * 60)
def importar(empresa_id: int, importacao_id: int) -> None:
    """Import a confirmed file, or go on where a killed run stopped."""
    envio_rodar(importacao_do_escritorio_executar, empresa_id=empresa_id, importacao_id=importacao_id)


@shared_task(time_limit=120, soft_time_limit=100)
def retomar_importacoes() -> None:
    """Hand out again what a lost task left unfinished."""
    for ids in envios_parados(ImportacaoDeClientes):
        importar.apply_async(args=ids, expires=50)
