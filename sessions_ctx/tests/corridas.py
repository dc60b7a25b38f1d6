"""What the child processes of the session's race tests do."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from nucleo.ator import Ator
from nucleo.escopo import escopo_do_usuario
from nucleo.models import Usuario
from nucleo.tests.processos import esperar, relatar
from sessions_ctx import porta
from sessions_ctx.errors import ContextoMudou, LoginBloqueado
from sessions_ctx.models import SessionContext, TentativaLogin
from sessions_ctx.services import contexto, update_active_profile


def trocar(usuario_id: int, perfil: int, sessoes: list[str]) -> list[str]:
    """Switch each session, all seen at version 1; tell what came of it, in order."""
    ator = Ator("corrida", usuario_id)
    respostas = []
    with escopo_do_usuario(usuario_id):
        usuario = Usuario.objects.get(pk=usuario_id)
        for sessao in sessoes:
            try:
                update_active_profile(usuario=usuario, perfil=perfil, sessao_id=sessao, versao=1, ator=ator)
            except ContextoMudou as exc:
                respostas.append(exc.code)
            else:
                respostas.append("trocou")
    return respostas


def sem_trava() -> None:
    """Positive control: the row is read without its lock, and the other process gets time to read it too."""

    def travar_contexto(*, usuario: Usuario, sessao_id: str) -> SessionContext | None:
        achado = SessionContext.objects.filter(usuario=usuario, sessao_id=sessao_id, ativo=True).first()
        relatar("leu")
        esperar()
        return achado

    contexto.travar_contexto = travar_contexto


def adivinhar(login: str, senhas: list[str], limite: int) -> list[int]:
    """Try these passwords over HTTP; return the answers' status."""
    settings.LOGIN_TENTATIVAS, settings.LOGIN_TENTATIVAS_ENDERECO = limite, 10_000
    cliente = Client(SERVER_NAME="localhost")
    estados = []
    for senha in senhas:
        dados = {"usuario": login, "senha": senha}
        resposta = cliente.post("/api/v1/sessao/entrar/", dados, content_type="application/json")
        estados.append(resposta.status_code)
    return estados


def contar_em_dois_passos() -> None:
    """Positive control: read the count, let the other process read it too, add one, write."""

    def tentativa_contar(*, login: str, ator: Ator) -> None:
        linha: dict[str, Any] = {"chave": f"login:{login}"}
        total = sum(TentativaLogin.objects.filter(**linha).values_list("total", flat=True)) + 1
        relatar("leu")
        esperar()
        ate = timezone.now() + timedelta(seconds=settings.LOGIN_JANELA_S)
        TentativaLogin.objects.update_or_create(**linha, defaults={"total": total, "ate": ate})
        if total > settings.LOGIN_TENTATIVAS:
            raise LoginBloqueado(ate)

    porta.tentativa_contar = tentativa_contar
