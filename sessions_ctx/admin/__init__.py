"""The office's pages about sessions."""

from sessions_ctx.admin.sessoes import SessionContextAdmin

__all__ = ["SessionContextAdmin"]
