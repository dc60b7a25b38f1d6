"""Calls per minute and empresa, counted exactly in Redis by one atomic script.

DRF's own throttle reads, then writes: under concurrent calls it let all of them pass.
"""

import logging
import math
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)

_CONTAR = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('PTTL', KEYS[1])}
"""
_JANELA_MS = 60_000


@lru_cache(maxsize=1)
def cliente_redis() -> "redis.Redis":
    """One pooled client per process."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )


def contar(chave: str, janela_ms: int = _JANELA_MS) -> tuple[int, int]:
    """Count one event under `chave`; return (count in this window, milliseconds it still lasts)."""
    total, resta = cliente_redis().eval(_CONTAR, 1, chave, janela_ms)
    return int(total), int(resta)


class LimitePorEmpresa(BaseThrottle):
    """At most `API_LIMITE_POR_MINUTO` calls a minute per empresa; without Redis nobody is limited."""

    def allow_request(self, request: Request, view: Any) -> bool:
        empresa = getattr(request._request, "empresa", None)
        if empresa is None:
            return True
        try:
            total, self.resta_ms = contar(f"limite-api:{empresa.pk}")
        except redis.RedisError:
            # Redis holds no truth: losing it must not stop the office.
            logger.warning("limite da API sem Redis", extra={"empresa": empresa.pk})
            return True
        return total <= settings.API_LIMITE_POR_MINUTO

    def wait(self) -> float:
        return math.ceil(self.resta_ms / 1000)
