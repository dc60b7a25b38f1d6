"""What the worker's tasks count: how many ended how, and how long they took.

With PROMETHEUS_MULTIPROC_DIR the counters lie in files shared with the web, so /metrics shows them all.
"""

import os
import time
from typing import Any

from celery import Task, signals
from prometheus_client import Counter, Histogram, multiprocess

TAREFAS = Counter("backoffice_tarefas", "Tarefas terminadas, por nome e estado.", ["tarefa", "estado"])
DURACAO = Histogram("backoffice_tarefas_segundos", "Duração das tarefas.", ["tarefa"])


def conectar() -> None:
    """Connect the counters (called once by the app's `ready`)."""
    signals.task_prerun.connect(_comecou, dispatch_uid="config.contagem.comecou")
    signals.task_postrun.connect(_terminou, dispatch_uid="config.contagem.terminou")
    signals.worker_process_shutdown.connect(_processo_encerrado, dispatch_uid="config.contagem.processo")


def _comecou(task: Task, **_: Any) -> None:
    task.request.comecou_em = time.monotonic()


def _terminou(task: Task, state: str | None = None, **_: Any) -> None:
    TAREFAS.labels(tarefa=task.name, estado=state or "UNKNOWN").inc()
    comecou = getattr(task.request, "comecou_em", None)
    if comecou is not None:
        DURACAO.labels(tarefa=task.name).observe(time.monotonic() - comecou)


def _processo_encerrado(pid: int | None = None, **_: Any) -> None:
    if pid and os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(pid)
