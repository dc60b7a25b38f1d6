"""Row locks of the session context."""

from nucleo.models import Usuario
from sessions_ctx.models import SessionContext


def travar_contexto(*, usuario: Usuario, sessao_id: str) -> SessionContext | None:
    """Lock the active context of one session until the transaction ends: switches take turns."""
    return (
        SessionContext.objects.select_for_update(no_key=True)
        .filter(usuario=usuario, sessao_id=sessao_id, ativo=True)
        .first()
    )
