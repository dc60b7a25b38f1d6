"""All writes of the session context, under the names the write-up of the old system gave them."""

from sessions_ctx.services.contexto import (
    cleanup_expired_sessions,
    create_session_context,
    deactivate_session,
    registrar_uso,
    sessao_da_empresa_encerrar,
    sessao_mudar_chave,
    sessoes_encerrar,
    update_active_profile,
)

__all__ = [
    "cleanup_expired_sessions",
    "create_session_context",
    "deactivate_session",
    "registrar_uso",
    "sessao_da_empresa_encerrar",
    "sessao_mudar_chave",
    "sessoes_encerrar",
    "update_active_profile",
]
