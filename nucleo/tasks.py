"""Heartbeats, as tasks: thin."""

from celery import shared_task

from nucleo.services.pulsos import pulso_bater


@shared_task(time_limit=30, soft_time_limit=20)
def bater_pulso() -> None:
    """Sent by beat, run by a worker: its mark proves that both are alive."""
    pulso_bater(nome="worker")
    pulso_bater(nome="beat")
