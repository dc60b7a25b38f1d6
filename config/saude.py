"""Health of the process (`live`) and of everything it needs (`ready`)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from nucleo.models import Pulso

# A probe wants the answer of this moment; the client would retry for seconds.
_SEM_REPETIR = Retry(NoBackoff(), 0)
# Heartbeats come every 10 s; three missed ones mean the part is gone.
PULSO_MAXIMO = timedelta(seconds=45)
SEM_SINAL = "sem sinal de vida"


def live(request: HttpRequest) -> JsonResponse:
    """The process answers: nothing else is asked."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when every part works; 503 with the names of those that do not."""
    falhas = {nome: motivo for nome, verificar in _PARTES.items() if (motivo := verificar())}
    corpo = {"status": "indisponivel" if falhas else "ok", "falhas": falhas, "partes": sorted(_PARTES)}
    return JsonResponse(corpo, status=503 if falhas else 200)


def _banco() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return "banco de dados não responde"
    return ""


def _redis() -> str:
    try:
        redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry=_SEM_REPETIR
        ).ping()
    except redis.RedisError:
        return "Redis não responde"
    return ""


def _migracoes() -> str:
    try:
        executor = MigrationExecutor(connection)
        pendentes = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        connection.close()
        return "migrações não puderam ser lidas"
    return f"{len(pendentes)} migrações pendentes" if pendentes else ""


def _worker() -> str:
    """The worker's mark is asked for by beat: while beat is silent it is judged by beat's last one."""
    beat, worker = _pulso("beat"), _pulso("worker")
    if isinstance(worker, str):
        return worker
    ate = beat if isinstance(beat, datetime) and _calado(beat) else timezone.now()
    return SEM_SINAL if ate - worker > PULSO_MAXIMO else ""


def _beat() -> str:
    beat = _pulso("beat")
    if isinstance(beat, str):
        return beat
    return SEM_SINAL if _calado(beat) else ""


def _calado(pulso: datetime) -> bool:
    return timezone.now() - pulso > PULSO_MAXIMO


def _pulso(nome: str) -> datetime | str:
    """When the part last gave a sign of life, or why that is not known."""
    try:
        pulso = Pulso.objects.filter(pk=nome).first()
    except DatabaseError:
        connection.close()
        return "sem banco não há pulso"
    return pulso.em if pulso else SEM_SINAL


_PARTES: dict[str, Callable[[], str]] = {
    "banco": _banco,
    "redis": _redis,
    "migracoes": _migracoes,
    "worker": _worker,
    "beat": _beat,
}
