"""Coming in and going out over HTTP: what the office's pages and the API share."""

from datetime import datetime

from django.contrib.auth import authenticate, get_user, login, logout
from django.http import HttpRequest
from django.utils import timezone

from nucleo.ator import Ator
from nucleo.escopo import escopo_do_usuario
from nucleo.models import Usuario
from nucleo.pedido import endereco_do_pedido
from sessions_ctx.errors import LoginRecusado
from sessions_ctx.models import SessionContext
from sessions_ctx.selectors import perfis_disponiveis, sessao_id_de
from sessions_ctx.services.acesso import login_recusado, tentativa_contar, tentativas_esquecer
from sessions_ctx.services.contexto import deactivate_session

_ENTROU_EM = "entrou_em"


def ator_do_pedido(request: HttpRequest, usuario: Usuario | None = None) -> Ator:
    """Name the person for history and audit, with where they are."""
    return Ator(
        str(usuario) if usuario else "alguém na entrada",
        usuario_id=usuario.pk if usuario else None,
        endereco=endereco_do_pedido(request),
        navegador=request.META.get("HTTP_USER_AGENT", "")[:200],
    )


def conferir_entrada(request: HttpRequest, *, login_dado: str, senha: str) -> Usuario:
    """Return whose login and password these are, or raise LoginRecusado or LoginBloqueado.

    A person whose empresas are all switched off, or who holds no perfil, does not come in.
    """
    ator = ator_do_pedido(request)
    tentativa_contar(login=login_dado, ator=ator)
    usuario = authenticate(request, username=login_dado, password=senha)
    if not isinstance(usuario, Usuario):
        login_recusado(login=login_dado, ator=ator, motivo="senha")
        raise LoginRecusado
    tentativas_esquecer(login=login_dado, endereco=ator.endereco)
    with escopo_do_usuario(usuario.pk):
        tem_perfil = perfis_disponiveis(usuario=usuario).exists()
    if not tem_perfil:
        login_recusado(login=login_dado, ator=ator, motivo="sem perfil ativo")
        raise LoginRecusado(
            "Sua conta não tem perfil ativo em nenhuma empresa. Fale com o responsável.", "sem_perfil"
        )
    return usuario


def marcar_entrada(request: HttpRequest) -> None:
    """Remember when this login began to count (a password, or its owner ending all the others)."""
    request.session[_ENTROU_EM] = timezone.now().isoformat()


def entrou_em(request: HttpRequest) -> datetime | None:
    """Return that moment; None for a session without one."""
    texto = request.session.get(_ENTROU_EM)
    return datetime.fromisoformat(texto) if texto else None


def entrar(request: HttpRequest, usuario: Usuario) -> None:
    """Log the person in under a new session key; whatever this browser had before is over."""
    sair(request)
    login(request, usuario)


def sair(request: HttpRequest, *, fim: str = SessionContext.Fim.LOGOUT) -> None:
    """End context and login of this session."""
    # From the session itself: an API view may have put another user, or none, into the request.
    usuario = get_user(request)
    if isinstance(usuario, Usuario):
        with escopo_do_usuario(usuario.pk):
            deactivate_session(
                usuario=usuario,
                sessao_id=sessao_id_de(request.session.session_key),
                ator=ator_do_pedido(request, usuario),
                fim=fim,
            )
    logout(request)
