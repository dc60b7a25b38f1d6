"""Writes of the session context. Each must run inside `escopo_do_usuario`."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from nucleo.ator import Ator
from nucleo.models import Perfil, Usuario
from nucleo.services.auditoria import auditar
from sessions_ctx.errors import PerfilNaoDisponivel
from sessions_ctx.locks import travar_contexto
from sessions_ctx.models import SessionContext
from sessions_ctx.selectors import perfis_disponiveis

logger = logging.getLogger(__name__)


def create_session_context(*, usuario: Usuario, perfil: int, sessao_id: str, ator: Ator) -> SessionContext:
    """Give a session its active perfil, ending what the session had before. Audited.

    Raises PerfilNaoDisponivel unless the person holds the perfil now.
    """
    with transaction.atomic():
        papel = _perfil_do_usuario(usuario, perfil)
        anterior = travar_contexto(usuario=usuario, sessao_id=sessao_id)
        if anterior is not None:
            SessionContext.objects.filter(pk=anterior.pk).update(ativo=False)
        agora = timezone.now()
        contexto = SessionContext.objects.create(
            usuario=usuario,
            perfil_ativo=papel,
            empresa_id=papel.empresa_id,
            sessao_id=sessao_id,
            data_expiracao=agora + timedelta(seconds=settings.SESSAO_OCIOSA_S),
            ultimo_uso=agora,
            versao=anterior.versao + 1 if anterior else 1,
            endereco=ator.endereco,
            navegador=ator.navegador[:200],
        )
        auditar(empresa=papel.empresa, ator=ator, acao="contexto_aberto", objeto=contexto, para=str(papel))
    return contexto


def update_active_profile(*, usuario: Usuario, perfil: int, sessao_id: str, ator: Ator) -> SessionContext:
    """Switch the session to another perfil the person holds; the next request on any worker sees it.

    Locks the session's context row. Raises PerfilNaoDisponivel.
    """
    contexto = create_session_context(usuario=usuario, perfil=perfil, sessao_id=sessao_id, ator=ator)
    logger.debug("Perfil atualizado no banco - sessao %s, novo perfil %s", sessao_id[:12], perfil)
    return contexto


def deactivate_session(*, usuario: Usuario, sessao_id: str) -> bool:
    """End the session's context; tell whether there was one."""
    return bool(
        SessionContext.objects.filter(usuario=usuario, sessao_id=sessao_id, ativo=True).update(ativo=False)
    )


def _perfil_do_usuario(usuario: Usuario, perfil: int) -> Perfil:
    vinculo = perfis_disponiveis(usuario=usuario).filter(perfil_id=perfil).first()
    if vinculo is None:
        raise PerfilNaoDisponivel
    return vinculo.perfil
