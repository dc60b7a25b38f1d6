"""Long imports, as tasks: ids in, one service called, running twice changes nothing."""

from celery import shared_task

from clientes.services.importacao import importacao_do_escritorio_executar, importacoes_a_retomar
from nucleo.errors import Conflito
from nucleo.escopo import escopo, visao_do_dono
from nucleo.models import Empresa


@shared_task(time_limit=15 * 60, soft_time_limit=14 * 60)
def importar(empresa_id: int, importacao_id: int) -> None:
    """Import a confirmed file, or go on where a killed run stopped."""
    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        try:
            importacao_do_escritorio_executar(empresa=empresa, importacao_id=importacao_id)
        except Conflito:
            # Another worker is at it; whoever came second has nothing to do.
            return


@shared_task(time_limit=120, soft_time_limit=100)
def retomar_importacoes() -> None:
    """Hand out again what a lost task left unfinished."""
    with visao_do_dono("importações: encontrar em todas as empresas as que pararam no meio"):
        empresas = list(Empresa.objects.filter(ativa=True))
    for empresa in empresas:
        with escopo(empresa):
            ids = importacoes_a_retomar(empresa=empresa)
        for importacao_id in ids:
            importar.apply_async(args=[empresa.pk, importacao_id], expires=50)
