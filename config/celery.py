"""The Celery application: workers and beat. Redis holds no truth; losing it only delays work."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_before_create_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

app = Celery("backoffice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_before_create_process.connect
def _congelar(**_: Any) -> None:
    """What starting made stays until the end, shared by the processes: no collector need walk over it."""
    gc.collect()
    gc.freeze()
