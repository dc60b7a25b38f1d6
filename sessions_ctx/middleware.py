"""Every request of a logged-in person works as the perfil its session has now."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from nucleo.api.middleware import manter_no_escopo
from nucleo.ator import Ator
from nucleo.escopo import escopo, escopo_do_usuario
from nucleo.models import Usuario
from sessions_ctx.models import SessionContext
from sessions_ctx.selectors import get_session_context, perfis_disponiveis, sessao_id_de
from sessions_ctx.services import create_session_context


class ContextoMiddleware:
    """Set `request.contexto`, `request.empresa`, `request.ator` and enter the empresa's scope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.contexto = None
        if request.chave_api is not None or not request.user.is_authenticated:
            return self.get_response(request)
        usuario = request.user
        request.ator = ator_da_pessoa(request, usuario)
        with escopo_do_usuario(usuario.pk):
            contexto = _contexto(request, usuario)
            if contexto is None:
                return manter_no_escopo(self.get_response(request))
            request.contexto = contexto
            request.empresa = contexto.empresa
            usuario.perfil_ativo = contexto.perfil_ativo
            with escopo(contexto.empresa):
                return manter_no_escopo(self.get_response(request))


def ator_da_pessoa(request: HttpRequest, usuario: Usuario) -> Ator:
    """Name the person for history and audit, with where they are."""
    return Ator(
        str(usuario),
        usuario_id=usuario.pk,
        endereco=request.META.get("REMOTE_ADDR"),
        navegador=request.headers.get("User-Agent", "")[:200],
    )


def _contexto(request: HttpRequest, usuario: Usuario) -> SessionContext | None:
    sessao_id = sessao_id_de(request.session.session_key or "")
    contexto = get_session_context(usuario=usuario, sessao_id=sessao_id)
    if contexto is not None:
        return contexto
    perfis = list(perfis_disponiveis(usuario=usuario)[:2])
    if not perfis:
        return None
    return create_session_context(
        usuario=usuario, perfil=perfis[0].perfil_id, sessao_id=sessao_id, ator=request.ator
    )
