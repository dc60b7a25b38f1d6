"""The write fence: a form says under which perfil it was opened, and is only accepted under that one.

The mark is signed, so it cannot be made up, and it names the person, so it is worth nothing to others.
It compares the perfil, not the context's `versao`: a person who switched away and back, or logged in
again, is where the form was opened.
"""

from dataclasses import dataclass

from django.core import signing

from nucleo.models import Empresa, Perfil, Usuario
from sessions_ctx.models import SessionContext
from sessions_ctx.services.trilha import OUTRA_EMPRESA

CAMPO = "_contexto"
CABECALHO = "X-Contexto"
_assinatura = signing.Signer(salt="sessions_ctx.cerca")


@dataclass(frozen=True)
class Marca:
    """What a form carries: who opened it, as what."""

    usuario_id: int
    empresa_id: int
    perfil_id: int

    def texto(self) -> str:
        return _assinatura.sign_object([self.usuario_id, self.empresa_id, self.perfil_id], compress=False)


def marca_do_contexto(contexto: SessionContext) -> Marca:
    """Return the mark of forms opened under this context."""
    return Marca(contexto.usuario_id, contexto.empresa_id, contexto.perfil_ativo_id)


def marca_lida(texto: str) -> Marca | None:
    """Read a mark back; None where it is missing, forged or cut."""
    try:
        return Marca(*_assinatura.unsign_object(texto))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def nome_da_marca(marca: Marca, usuario: Usuario) -> str:
    """Say where a form was opened, in the person's words. Runs inside `escopo_do_usuario`.

    Names only what the person can see: a perfil that was taken away is not named any more.
    """
    empresa = Empresa.objects.filter(pk=marca.empresa_id).first()
    perfil = Perfil.objects.filter(pk=marca.perfil_id, empresa_id=marca.empresa_id).first()
    if marca.usuario_id != usuario.pk or empresa is None or perfil is None:
        return OUTRA_EMPRESA
    return f"{empresa.nome} ({perfil.nome})"


def nome_do_contexto(contexto: SessionContext) -> str:
    """Say where the session works now."""
    return f"{contexto.empresa.nome} ({contexto.perfil_ativo.nome})"
