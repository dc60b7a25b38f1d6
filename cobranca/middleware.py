"""Web processes notice a silent scheduler: beat cannot report its own death."""

import logging
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cobranca.services.alertas import agenda_vigiar

logger = logging.getLogger(__name__)
A_CADA_S = 300.0


class VigiaDaAgenda:
    """At most every five minutes a process looks at the scheduler's last sign of life, after answering."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.proxima = time.monotonic() + A_CADA_S

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        resposta = self.get_response(request)
        if time.monotonic() >= self.proxima:
            self.proxima = time.monotonic() + A_CADA_S
            try:
                agenda_vigiar()
            except (DatabaseError, InterfaceError) as exc:
                logger.warning("vigia da agenda sem banco: %s", exc)
        return resposta
