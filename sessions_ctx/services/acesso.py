"""Who may come in: counted attempts, lock-out, and the first perfil of a login."""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from nucleo.ator import Ator
from nucleo.escopo import escopo_do_usuario
from nucleo.models import Usuario
from nucleo.services.auditoria import auditar
from sessions_ctx.errors import LoginBloqueado
from sessions_ctx.models import SessionContext, TentativaLogin
from sessions_ctx.selectors import perfil_preferido
from sessions_ctx.services.contexto import create_session_context

# One statement: two attempts at once count as two. Reaching the limit starts the pause; attempts made
# during it do not prolong it.
_CONTAR = """
INSERT INTO sessions_ctx_tentativalogin AS t (chave, total, ate) VALUES (%(chave)s, 1, %(fim)s)
ON CONFLICT (chave) DO UPDATE SET
    total = CASE WHEN t.ate <= %(agora)s THEN 1 ELSE t.total + 1 END,
    ate = CASE WHEN t.ate <= %(agora)s OR t.total + 1 = %(limite)s THEN %(fim)s ELSE t.ate END
RETURNING total, ate
"""


def tentativa_contar(*, login: str, ator: Ator) -> None:
    """Count an attempt to log in, before its password is looked at; commits at once.

    Counting first makes the limit exact: of any number of concurrent guesses at most
    `LOGIN_TENTATIVAS` are compared. Raises LoginBloqueado.
    """
    limites = {_chave_do_login(login): settings.LOGIN_TENTATIVAS}
    if ator.endereco:
        limites[f"endereco:{ator.endereco}"] = settings.LOGIN_TENTATIVAS_ENDERECO
    agora = timezone.now()
    for chave, limite in limites.items():
        valores = {
            "chave": chave,
            "agora": agora,
            "fim": agora + timedelta(seconds=settings.LOGIN_JANELA_S),
            "limite": limite,
        }
        with connection.cursor() as cursor:
            cursor.execute(_CONTAR, valores)
            total, ate = cursor.fetchone()
        if total > limite:
            if total == limite + 1:  # once per pause, or an attacker would fill the trail
                auditar(empresa=None, ator=ator, acao="login_bloqueado", para=chave[:150])
            raise LoginBloqueado(ate)


def tentativas_esquecer(*, login: str, endereco: str | None = None) -> bool:
    """The password was right (or the operator unlocks): the login starts from zero."""
    if endereco:
        TentativaLogin.objects.filter(chave=f"endereco:{endereco}", total__gt=0).update(total=F("total") - 1)
    return bool(TentativaLogin.objects.filter(chave=_chave_do_login(login)).delete()[0])


def tentativas_limpar() -> int:
    """Delete the counts whose window is over; return how many."""
    return TentativaLogin.objects.filter(ate__lt=timezone.now()).delete()[0]


def login_recusado(*, login: str, ator: Ator, motivo: str) -> None:
    """Put a refused login on the trail; on the person's own, where the login is somebody's."""
    usuario = Usuario.objects.filter(username=login).first()
    if usuario is None:
        auditar(empresa=None, ator=ator, acao="login_recusado", para=login[:150], motivo=motivo)
        return
    quem = Ator(ator.nome, usuario_id=usuario.pk, endereco=ator.endereco, navegador=ator.navegador)
    with escopo_do_usuario(usuario.pk):
        auditar(empresa=None, ator=quem, acao="login_recusado", para=login[:150], motivo=motivo)


def login_concluir(*, usuario: Usuario, sessao_id: str, ator: Ator) -> SessionContext | None:
    """Open the last used perfil still held, or the only one; None means the person must choose.

    Enters the person's scope, so it must be called outside any transaction. Audited.
    """
    with escopo_do_usuario(usuario.pk), transaction.atomic():
        auditar(empresa=None, ator=ator, acao="login")
        papel = perfil_preferido(usuario=usuario)
        if papel is None:
            return None
        return create_session_context(usuario=usuario, perfil=papel.pk, sessao_id=sessao_id, ator=ator)


def _chave_do_login(login: str) -> str:
    return f"login:{login.strip().casefold()[:150]}"
