from typing import Any

from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from config.agenda import AGENDA, Entrada
from nucleo.management.base import Comando


class Command(Comando):
    help = "Grava no banco a agenda do beat, sem desfazer o que o operador desligou."

    def executar(self, **_: Any) -> None:
        with transaction.atomic():
            for nome, entrada in AGENDA.items():
                _gravar(nome, entrada)
            sobras = PeriodicTask.objects.exclude(name__in=AGENDA).exclude(name="celery.backend_cleanup")
            sobras.filter(description="agenda").delete()
        self.stdout.write(f"{len(AGENDA)} tarefas na agenda.")


def _gravar(nome: str, entrada: Entrada) -> None:
    if entrada.segundos is not None:
        intervalo, _ = IntervalSchedule.objects.get_or_create(
            every=max(1, round(entrada.segundos)), period=IntervalSchedule.SECONDS
        )
        quando = {"interval": intervalo, "crontab": None}
    else:
        cron, _ = CrontabSchedule.objects.get_or_create(
            minute=str(entrada.minuto), hour=str(entrada.hora), timezone="America/Sao_Paulo"
        )
        quando = {"crontab": cron, "interval": None}
    # A task that waited too long is worth nothing: the next round does its work.
    expira = {"expire_seconds": max(30, round(entrada.segundos * 3))} if entrada.segundos else {}
    PeriodicTask.objects.update_or_create(
        name=nome, defaults={"task": entrada.tarefa, "description": "agenda", **quando, **expira}
    )
