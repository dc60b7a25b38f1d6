"""Scheduled billing work, as tasks: thin, idempotent, ids in."""

from celery import shared_task
from django.conf import settings

from cobranca.services import manutencao, rodadas


@shared_task(time_limit=120, soft_time_limit=100)
def despachar_rodada() -> None:
    """One task per empresa with messages, so that one slow gateway delays no other empresa."""
    rodadas.rodada_registrar()
    for empresa in rodadas.empresas_a_atender():
        despachar_empresa.apply_async(args=[empresa.pk], expires=max(30, 3 * settings.COBRANCA_RODADA_S))


@shared_task(time_limit=15 * 60, soft_time_limit=14 * 60)
def despachar_empresa(empresa_id: int) -> None:
    """One dispatch round of one empresa."""
    rodadas.rodada_da_empresa(empresa=rodadas.empresa_do_despacho(empresa_id))


@shared_task(time_limit=300, soft_time_limit=280)
def verificar_instancias() -> None:
    """Health of every sender."""
    manutencao.instancias_verificar()


@shared_task(time_limit=120, soft_time_limit=100)
def avaliar_alertas() -> None:
    """Every alert rule."""
    manutencao.alertas_avaliar_todos()


@shared_task(time_limit=120, soft_time_limit=100)
def processar_webhooks() -> None:
    """Every inbox."""
    manutencao.webhooks_processar()


@shared_task(time_limit=15 * 60, soft_time_limit=14 * 60)
def faxina() -> None:
    """Once a day: what is over is concluded, old events are forgotten."""
    manutencao.faxina()
