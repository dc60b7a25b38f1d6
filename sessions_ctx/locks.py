"""Row locks of the session context."""

from django.db import connection

from nucleo.models import Usuario
from sessions_ctx.models import SessionContext


def travar_contexto(*, usuario: Usuario, sessao_id: str) -> SessionContext | None:
    """Lock the active context of one session until the transaction ends: switches take turns."""
    if not connection.in_atomic_block:
        raise RuntimeError("O contexto só se trava dentro de uma transação.")
    # No joins: a perfil that was taken away is invisible and would hide the context's own row.
    return (
        SessionContext.objects.select_for_update()
        .filter(usuario=usuario, sessao_id=sessao_id, ativo=True)
        .first()
    )
