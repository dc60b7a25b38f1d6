"""Every request of a logged-in person works as the perfil its session has now, or as nobody.

There is no emergency context: a session without a live context sees no row and is told why.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from nucleo.api.middleware import manter_no_escopo
from nucleo.escopo import escopo, escopo_do_usuario
from sessions_ctx import porta, respostas
from sessions_ctx.cerca import CABECALHO, CAMPO, marca_do_contexto, marca_lida
from sessions_ctx.models import SessionContext
from sessions_ctx.pedido import PedidoDaPessoa
from sessions_ctx.selectors import fim_da_sessao, get_session_context, perfis_disponiveis, sessao_id_de
from sessions_ctx.services import registrar_uso, sessao_mudar_chave

LEITURA = {"GET", "HEAD", "OPTIONS", "TRACE"}
Proximo = Callable[[PedidoDaPessoa], HttpResponseBase]


class ContextoMiddleware:
    """Set `request.contexto`, `request.empresa`, `request.ator` and enter the empresa's scope."""

    def __init__(self, get_response: Proximo) -> None:
        self.get_response = get_response

    def __call__(self, request: PedidoDaPessoa) -> HttpResponseBase:
        request.contexto = None
        if request.chave_api is not None or not request.user.is_authenticated:
            return self.get_response(request)
        usuario = request.user
        request.ator = porta.ator_do_pedido(request, usuario)
        sessao_id = sessao_id_de(request.session.session_key)
        with escopo_do_usuario(usuario.pk):
            contexto = get_session_context(usuario=usuario, sessao_id=sessao_id)
            if contexto is not None:
                registrar_uso(contexto=contexto)
            entrou = porta.entrou_em(request)
            fim = "" if contexto else fim_da_sessao(usuario=usuario, sessao_id=sessao_id, entrou_em=entrou)
        if fim:
            return self._encerrada(request, fim)
        if contexto is None:
            return self.get_response(request)
        return self._no_contexto(request, contexto)

    def _encerrada(self, request: PedidoDaPessoa, fim: str) -> HttpResponseBase:
        """The login is over too: go on as nobody, with the way back to where the person was."""
        usuario = request.user
        porta.sair(request, fim=fim)
        return respostas.sessao_encerrada(request, usuario, fim) or self.get_response(request)

    def _no_contexto(self, request: PedidoDaPessoa, contexto: SessionContext) -> HttpResponseBase:
        request.contexto = contexto
        request.empresa = contexto.empresa
        request.user.perfil_ativo = contexto.perfil_ativo
        with escopo(contexto.empresa):
            resposta = manter_no_escopo(self.get_response(request))
        _seguir_a_chave(request, contexto)
        return respostas.oferecer_troca(request, resposta)

    def process_view(
        self, request: PedidoDaPessoa, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Hold the write fence, and send who has no perfil to choose one."""
        if request.chave_api is not None:
            return None
        if not request.user.is_authenticated:
            return self._sem_login(request)
        if request.path.startswith("/api/"):
            return self._cerca_da_api(request)
        if not request.path.startswith(reverse("admin:index")):
            return None
        nome = request.resolver_match.view_name if request.resolver_match else ""
        if nome.startswith("contexto:") or nome == "admin:jsi18n":
            return None
        if request.contexto is None:
            return respostas.escolher_perfil(request)
        if request.method in LEITURA:
            return None
        return self._cerca_do_escritorio(request)

    def _sem_login(self, request: PedidoDaPessoa) -> HttpResponseBase | None:
        """A form of the office that comes after its login is over is not lost: the login page keeps it."""
        do_escritorio = request.path.startswith(reverse("admin:index"))
        if request.method in LEITURA or not do_escritorio or request.path == reverse("admin:login"):
            return None
        return respostas.entrar_de_novo(request)

    def _cerca_da_api(self, request: PedidoDaPessoa) -> HttpResponseBase | None:
        """A program that says which context it saw does not write under another one."""
        vista = request.headers.get("X-Contexto-Versao")
        atual = str(request.contexto.versao) if request.contexto else "0"
        if request.method in LEITURA or vista is None or vista.strip() == atual:
            return None
        return respostas.problema_do_contexto(request)

    def _cerca_do_escritorio(self, request: PedidoDaPessoa) -> HttpResponseBase | None:
        """A form is accepted only under the perfil it was opened under."""
        texto = request.POST.get(CAMPO) or request.headers.get(CABECALHO, "")
        # Django's test client switches CSRF off, and with it the need to carry the mark; a wrong one
        # is refused there too.
        if not texto and getattr(request, "_dont_enforce_csrf_checks", False):
            return None
        marca = marca_lida(texto)
        if marca == marca_do_contexto(request.contexto):
            return None
        return respostas.formulario_de_outro_contexto(request, marca)

    def process_template_response(
        self, request: PedidoDaPessoa, response: TemplateResponse
    ) -> TemplateResponse:
        """Give the header its list of perfis: read while no transaction is open."""
        do_escritorio = request.path.startswith(reverse("admin:index"))
        if do_escritorio and getattr(request, "contexto", None) is not None:
            with escopo_do_usuario(request.user.pk):
                request.perfis_do_seletor = list(perfis_disponiveis(usuario=request.user))
        return response


def _seguir_a_chave(request: PedidoDaPessoa, contexto: SessionContext) -> None:
    """Django cycles the session key on a new password: the context belongs to the session, so it follows."""
    atual = sessao_id_de(request.session.session_key)
    if atual != contexto.sessao_id and request.session.get(SESSION_KEY) == str(contexto.usuario_id):
        with escopo_do_usuario(contexto.usuario_id):
            sessao_mudar_chave(usuario=contexto.usuario, de=contexto.sessao_id, para=atual, ator=request.ator)
        porta.marcar_entrada(request)
