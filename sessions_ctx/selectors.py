"""Reads of the session context. No cache anywhere: each request asks the database once.

All of them must run inside `escopo_do_usuario`: there is no empresa yet.
"""

import hashlib
import logging
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from nucleo.models import Perfil, RegistroAuditoria, Usuario, Vinculo
from sessions_ctx.models import SessionContext

logger = logging.getLogger(__name__)

# What makes a context's perfil still held; in one `filter` call, so it is one row of the link table.
_AINDA_TEM = {
    "empresa__ativa": True,
    "perfil_ativo__ativo": True,
    "perfil_ativo__vinculos__ativo": True,
}


def sessao_id_de(session_key: str | None) -> str:
    """Digest of Django's session key, as stored in `session_context`."""
    return hashlib.sha256(f"session_context:{session_key or ''}".encode()).hexdigest()


def get_session_context(*, usuario: Usuario, sessao_id: str) -> SessionContext | None:
    """Return the live context of this session, or None: expired, ended, perfil lost, empresa off.

    One indexed query.
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


def sessoes_do_usuario(*, usuario: Usuario) -> QuerySet[SessionContext]:
    """Return the person's live contexts on all devices, last used first."""
    return _vivos(usuario).select_related("empresa", "perfil_ativo").order_by("-ultimo_uso")


def fim_da_sessao(*, usuario: Usuario, sessao_id: str, entrou_em: datetime | None) -> str:
    """Say why a session without a live context has none; "" where it never had one or may choose again.

    An answer other than "" means that the login itself is over: only a password opens it again. A login
    that has no context to be ended by is ended by its moment: the person has ended all up to then.
    """
    limite = usuario.sessoes_encerradas_em
    if limite is not None and (entrou_em is None or entrou_em < limite):
        return SessionContext.Fim.ENCERRADA
    ultimo = SessionContext.objects.filter(usuario=usuario, sessao_id=sessao_id).order_by("-id").first()
    if ultimo is None:
        return ""
    if ultimo.ativo:
        return SessionContext.Fim.EXPIRADA if ultimo.data_expiracao <= timezone.now() else ""
    return "" if ultimo.fim == SessionContext.Fim.SAIDA else ultimo.fim


def perfis_disponiveis(*, usuario: Usuario) -> QuerySet[Vinculo]:
    """Return the perfis the person holds in active empresas, by empresa and name."""
    return (
        Vinculo.objects.filter(usuario=usuario, ativo=True, perfil__ativo=True, empresa__ativa=True)
        .select_related("perfil", "empresa")
        .order_by("empresa__nome", "perfil__nome")
    )


def perfil_preferido(*, usuario: Usuario) -> Perfil | None:
    """Return the perfil a login opens by itself: the last used one still held, or the only one held."""
    ultimo = (
        SessionContext.objects.filter(usuario=usuario, perfil_ativo__vinculos__usuario=usuario, **_AINDA_TEM)
        .select_related("perfil_ativo")
        .order_by("-ultimo_uso")
        .first()
    )
    if ultimo is not None:
        return ultimo.perfil_ativo
    perfis = list(perfis_disponiveis(usuario=usuario)[:2])
    return perfis[0].perfil if len(perfis) == 1 else None


def marca_da_versao(contexto: SessionContext) -> dict[str, Any]:
    """What the trail keeps of each version of a session's context: enough to find which perfil it was."""
    qual = {"sessao": contexto.sessao_id[:16], "versao": contexto.versao}
    return {"contexto": qual | {"empresa": contexto.empresa_id, "perfil": contexto.perfil_ativo_id}}


def perfil_na_versao(*, usuario: Usuario, sessao_id: str, versao: int) -> tuple[int, int] | None:
    """Return (empresa_id, perfil_id) of an earlier version of the session's context, or None."""
    registro = RegistroAuditoria.objects.filter(
        usuario=usuario,
        acao__in=("contexto_aberto", "contexto_trocado"),
        detalhe__contexto__sessao=sessao_id[:16],
        detalhe__contexto__versao=versao,
    ).first()
    if registro is None:
        return None
    return registro.detalhe["contexto"]["empresa"], registro.detalhe["contexto"]["perfil"]


def acessos_recentes(*, usuario: Usuario, quantos: int = 20) -> QuerySet[RegistroAuditoria]:
    """Return the person's latest logins, refusals and switches, in all their empresas."""
    do_acesso = Q(acao__startswith="login") | Q(acao__startswith="contexto")
    registros = RegistroAuditoria.objects.filter(do_acesso, usuario=usuario).exclude(
        detalhe__contains={"passagem": {"parte": True}}
    )
    return registros.order_by("-quando", "-id")[:quantos]


def _vivos(usuario: Usuario) -> QuerySet[SessionContext]:
    return SessionContext.objects.filter(
        usuario=usuario,
        ativo=True,
        data_expiracao__gt=timezone.now(),
        perfil_ativo__vinculos__usuario=usuario,
        **_AINDA_TEM,
    )
