"""Heartbeats and housekeeping, as tasks: thin."""

from celery import shared_task

from nucleo.services.idempotencia import chaves_idempotencia_limpar
from nucleo.services.pulsos import pulso_bater


@shared_task(time_limit=30, soft_time_limit=20)
def bater_pulso() -> None:
    """Sent by beat, which leaves a mark of its own; run by a worker: this is the worker's."""
    pulso_bater(nome="worker")


@shared_task(time_limit=600, soft_time_limit=540)
def limpar_idempotencia() -> None:
    """Forget old answers to an `Idempotency-Key`. Running twice changes nothing."""
    chaves_idempotencia_limpar()
