"""Housekeeping of sessions, sent by beat."""

from celery import shared_task

from sessions_ctx.services import cleanup_expired_sessions
from sessions_ctx.services.acesso import tentativas_limpar


@shared_task(time_limit=300, soft_time_limit=240)
def limpar_sessoes() -> None:
    """End expired contexts and forget old counts of login attempts. Running twice changes nothing."""
    cleanup_expired_sessions()
    tentativas_limpar()
