"""API keys: created once, shown once, stored hashed."""

import hashlib
import secrets
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from nucleo.ator import Ator
from nucleo.models import ChaveApi, Empresa, Perfil
from nucleo.services.alcance import exigir_alcance, nomes, permissoes_do_escritorio
from nucleo.services.auditoria import auditar
from nucleo.textos import texto_limpo

NOME_MAXIMO = 80


def chave_criar(
    *,
    empresa: Empresa,
    nome: str,
    ator: Ator,
    perfil: Perfil | None = None,
    expira_em: datetime | None = None,
) -> tuple[ChaveApi, str]:
    """Create a key; return it with its only readable form `prefixo.segredo`. Audited.

    Raises ErroDeValidacao for a name that says nothing; NaoPermitido `alem_do_alcance` where the key could
    do more than the actor: without a perfil it can do everything.
    """
    nome = texto_limpo(nome, campo="nome", maximo=NOME_MAXIMO, obrigatorio=True)
    pode = perfil.nomes_das_permissoes if perfil else nomes(permissoes_do_escritorio())
    exigir_alcance(empresa=empresa, ator=ator, permissoes=pode, o_que="Esta chave")
    prefixo, segredo = secrets.token_hex(5), secrets.token_urlsafe(32)
    with transaction.atomic():
        chave = ChaveApi.objects.create(
            empresa=empresa,
            nome=nome,
            prefixo=prefixo,
            resumo=resumo_do_segredo(segredo),
            perfil=perfil,
            expira_em=expira_em,
        )
        auditar(empresa=empresa, ator=ator, acao="chave_criada", objeto=chave, para=nome)
    return chave, f"{prefixo}.{segredo}"


def chave_revogar(*, empresa: Empresa, chave: ChaveApi, ator: Ator) -> None:
    """Revoke at once: the next call with it answers 401. Audited."""
    with transaction.atomic():
        ChaveApi.objects.filter(empresa=empresa, pk=chave.pk, revogada_em=None).update(
            revogada_em=timezone.now()
        )
        auditar(empresa=empresa, ator=ator, acao="chave_revogada", objeto=chave, de=chave.nome)


def resumo_do_segredo(segredo: str) -> str:
    # 256 random bits: a plain digest is enough, a slow password hash would only slow every call.
    return hashlib.sha256(segredo.encode()).hexdigest()


def chave_autenticar(texto: str) -> tuple[int, int] | None:
    """Return (empresa_id, chave_id) of a live key of a live empresa, or None.

    Works before there is a scope: the database function shows one row for one prefix.
    """
    prefixo, _, segredo = texto.partition(".")
    if not prefixo or not segredo or "\x00" in texto:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, empresa_id, resumo FROM chave_api_por_prefixo(%s)", [prefixo])
        linha = cursor.fetchone()
    if linha is None or not secrets.compare_digest(linha[2], resumo_do_segredo(segredo)):
        return None
    return linha[1], linha[0]
