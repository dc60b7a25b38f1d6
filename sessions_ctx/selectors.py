"""Reads of the session context. No cache anywhere: each request asks the database once."""

import hashlib
import logging

from django.db.models import QuerySet
from django.utils import timezone

from nucleo.models import Usuario, Vinculo
from sessions_ctx.models import SessionContext

logger = logging.getLogger(__name__)


def sessao_id_de(session_key: str) -> str:
    """Digest of Django's session key, as stored in `session_context`."""
    return hashlib.sha256(f"session_context:{session_key}".encode()).hexdigest()


def get_session_context(*, usuario: Usuario, sessao_id: str) -> SessionContext | None:
    """Return the live context of this session, or None: expired, ended, perfil lost, empresa off.

    One indexed query. Must run inside `escopo_do_usuario`: there is no empresa yet.
    """
    contexto = _vivos(usuario).filter(sessao_id=sessao_id).select_related("empresa", "perfil_ativo").first()
    if contexto is not None:
        logger.debug(
            "Sessão encontrada no banco - usuario %s, perfil %s", usuario.pk, contexto.perfil_ativo_id
        )
    return contexto


def get_active_session_by_user(*, usuario: Usuario) -> SessionContext | None:
    """Return the person's most recently used live context, on whatever device."""
    return _vivos(usuario).select_related("empresa", "perfil_ativo").order_by("-ultimo_uso").first()


def perfis_disponiveis(*, usuario: Usuario) -> QuerySet[Vinculo]:
    """The perfis the person holds in active empresas, by empresa and name."""
    return (
        Vinculo.objects.filter(usuario=usuario, ativo=True, perfil__ativo=True, empresa__ativa=True)
        .select_related("perfil", "empresa")
        .order_by("empresa__nome", "perfil__nome")
    )


def _vivos(usuario: Usuario) -> QuerySet[SessionContext]:
    return SessionContext.objects.filter(
        usuario=usuario,
        ativo=True,
        data_expiracao__gt=timezone.now(),
        empresa__ativa=True,
        perfil_ativo__ativo=True,
        perfil_ativo__vinculos__usuario=usuario,
        perfil_ativo__vinculos__ativo=True,
    )
