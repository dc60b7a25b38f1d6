"""Django's own news of a login, whichever page or API it came through."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from nucleo.models import Usuario
from sessions_ctx.porta import ator_do_pedido, marcar_entrada
from sessions_ctx.selectors import sessao_id_de
from sessions_ctx.services.acesso import login_concluir


def abrir_contexto_no_login(sender: Any, request: HttpRequest, user: Usuario, **_: Any) -> None:
    """The only place where a context comes up without being asked for: right after a password."""
    if not request.session.session_key:
        request.session.create()
    marcar_entrada(request)
    login_concluir(
        usuario=user,
        sessao_id=sessao_id_de(request.session.session_key),
        ator=ator_do_pedido(request, user),
    )


def conectar() -> None:
    user_logged_in.connect(abrir_contexto_no_login, dispatch_uid="sessions_ctx.abrir_contexto_no_login")
