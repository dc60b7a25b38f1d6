"""Beat with a heartbeat of its own."""

import logging
from time import monotonic
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections
from django_celery_beat.schedulers import DatabaseScheduler

from nucleo.services.pulsos import pulso_bater

PULSO_S = 10
logger = logging.getLogger(__name__)


class Agendador(DatabaseScheduler):
    """The schedule in the database. A mark left by a task would tell of the worker that ran it too."""

    _ultimo = -float(PULSO_S)

    def tick(self, *args: Any, **opcoes: Any) -> Any:
        if monotonic() - self._ultimo >= PULSO_S:
            self._bater()
        return super().tick(*args, **opcoes)

    def _bater(self) -> None:
        try:
            pulso_bater(nome="beat")
        except (DatabaseError, InterfaceError) as erro:
            # The schedule goes on without it: what is due is still sent.
            logger.warning("pulso do beat sem banco: %s", erro)
            close_old_connections()
        self._ultimo = monotonic()
