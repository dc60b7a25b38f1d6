"""Open, switch, use and end session contexts. All but the clean-up run inside `escopo_do_usuario`."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from nucleo.ator import Ator
from nucleo.errors import restricoes
from nucleo.escopo import visao_do_dono
from nucleo.models import Empresa, Perfil, Usuario
from nucleo.services.auditoria import auditar
from sessions_ctx.errors import ContextoMudou, PerfilNaoDisponivel
from sessions_ctx.locks import travar_contexto
from sessions_ctx.models import SessionContext
from sessions_ctx.selectors import marca_da_versao, perfis_disponiveis
from sessions_ctx.services.trilha import Lado, auditar_entre

logger = logging.getLogger(__name__)

_USO_A_CADA = timedelta(seconds=60)
# Ended contexts stay this long: they remember the last used perfil, and that a login is over.
_GUARDAR = timedelta(days=90)


def create_session_context(*, usuario: Usuario, perfil: int, sessao_id: str, ator: Ator) -> SessionContext:
    """Give a session without one its active perfil. Audited.

    Raises PerfilNaoDisponivel unless the person holds the perfil now; ContextoMudou where the session
    got a context meanwhile (the unique key lets one of two concurrent ones through).
    """
    agora = timezone.now()
    with transaction.atomic():
        papel = _perfil_do_usuario(usuario, perfil)
        anterior = SessionContext.objects.filter(usuario=usuario, sessao_id=sessao_id).order_by("-id").first()
        entrada = anterior.data_criacao if anterior else agora
        with restricoes({"session_context_ativa_uniq": ContextoMudou}), transaction.atomic():
            contexto = SessionContext.objects.create(
                usuario=usuario,
                perfil_ativo=papel,
                empresa=papel.empresa,
                sessao_id=sessao_id,
                data_criacao=entrada,
                data_expiracao=_expira(entrada, agora),
                ultimo_uso=agora,
                versao=anterior.versao + 1 if anterior else 1,
                endereco=ator.endereco,
                navegador=ator.navegador[:200],
            )
        auditar(
            empresa=papel.empresa,
            ator=ator,
            acao="contexto_aberto",
            para=_nome(papel),
            **marca_da_versao(contexto),
        )
    return contexto


def update_active_profile(
    *, usuario: Usuario, perfil: int, sessao_id: str, versao: int | None, ator: Ator
) -> SessionContext:
    """Switch the session to another perfil the person holds; the next request on any worker sees it.

    Locks the session's context row, so of two concurrent switches one wins: the other finds a `versao`
    newer than the one it saw and raises ContextoMudou. `versao` None means the session had no context.
    Raises PerfilNaoDisponivel. Audited, in both empresas with their own side; a refusal where the session
    works now.
    """
    try:
        return _trocar(usuario, perfil, sessao_id, versao, ator)
    except (ContextoMudou, PerfilNaoDisponivel) as exc:
        # After the rollback of the attempt, or the record would go with it.
        _auditar_recusa(usuario, perfil, sessao_id, ator, motivo=exc.code)
        raise


def _trocar(usuario: Usuario, perfil: int, sessao_id: str, versao: int | None, ator: Ator) -> SessionContext:
    with transaction.atomic():
        contexto = travar_contexto(usuario=usuario, sessao_id=sessao_id)
        if contexto is None and versao is None:
            return create_session_context(usuario=usuario, perfil=perfil, sessao_id=sessao_id, ator=ator)
        if contexto is None or not _e_o_visto(contexto, versao, usuario):
            raise ContextoMudou(versao=contexto.versao if contexto else 0)
        # Read after the lock: a perfil taken away while we waited must not be activated.
        papel = _perfil_do_usuario(usuario, perfil)
        if papel.pk != contexto.perfil_ativo_id:
            _gravar_troca(contexto, papel, ator)
    logger.debug("Perfil atualizado no banco - sessao %s, novo perfil %s", sessao_id[:12], perfil)
    return contexto


def _auditar_recusa(usuario: Usuario, perfil: int, sessao_id: str, ator: Ator, *, motivo: str) -> None:
    atual = SessionContext.objects.filter(usuario=usuario, sessao_id=sessao_id, ativo=True).first()
    auditar(
        empresa=Empresa(pk=atual.empresa_id) if atual else None,
        ator=ator,
        acao="contexto_troca_recusada",
        de=_nome_do_ativo(atual) if atual else "",
        para=f"perfil nº {perfil}",
        motivo=motivo,
    )


def _e_o_visto(contexto: SessionContext, versao: int | None, usuario: Usuario) -> bool:
    if versao is not None:
        return contexto.versao == versao
    # The caller saw no live context: right only if this row's perfil is not held any more.
    return not perfis_disponiveis(usuario=usuario).filter(perfil_id=contexto.perfil_ativo_id).exists()


def _gravar_troca(contexto: SessionContext, papel: Perfil, ator: Ator) -> None:
    agora = timezone.now()
    de = Lado(contexto.empresa_id, _nome_do_ativo(contexto))
    contexto.perfil_ativo, contexto.empresa = papel, papel.empresa
    contexto.versao += 1
    contexto.ultimo_uso, contexto.data_expiracao = agora, _expira(contexto.data_criacao, agora)
    contexto.save(update_fields=["perfil_ativo", "empresa", "versao", "ultimo_uso", "data_expiracao"])
    auditar_entre(
        ator=ator,
        acao="contexto_trocado",
        de=de,
        para=Lado(papel.empresa_id, _nome(papel)),
        nas=[de.empresa_id, papel.empresa_id],
        **marca_da_versao(contexto),
    )


def registrar_uso(*, contexto: SessionContext) -> None:
    """Move the idle limit on, at most once a minute: reading pages must not write a row each time."""
    agora = timezone.now()
    cada = min(_USO_A_CADA, timedelta(seconds=settings.SESSAO_OCIOSA_S / 10))
    if agora - contexto.ultimo_uso < cada:
        return
    contexto.ultimo_uso, contexto.data_expiracao = agora, _expira(contexto.data_criacao, agora)
    SessionContext.objects.filter(pk=contexto.pk, ativo=True, ultimo_uso__lt=agora - cada).update(
        ultimo_uso=agora, data_expiracao=contexto.data_expiracao
    )


def deactivate_session(
    *, usuario: Usuario, sessao_id: str, ator: Ator, fim: str = SessionContext.Fim.SAIDA
) -> bool:
    """End the session's context; tell whether there was one. Audited."""
    with transaction.atomic():
        contexto = travar_contexto(usuario=usuario, sessao_id=sessao_id)
        if contexto is None:
            return False
        SessionContext.objects.filter(pk=contexto.pk).update(ativo=False, fim=fim)
        auditar(
            empresa=Empresa(pk=contexto.empresa_id),
            ator=ator,
            acao="contexto_encerrado",
            de=_nome_do_ativo(contexto),
            para=SessionContext.Fim(fim).label,
        )
    return True


def sessoes_encerrar(
    *, usuario: Usuario, ator: Ator, menos: str = "", contextos: Sequence[int] | None = None
) -> int:
    """End the person's other sessions, on every worker from the next request on; return how many.

    `menos` is the sessao_id that goes on; `contextos` narrows to the rows with these ids. The logins
    themselves are over: only a password opens one again, also those that have no context at the moment.
    Audited, one record per session.
    """
    if contextos is None:
        Usuario.objects.filter(pk=usuario.pk).update(sessoes_encerradas_em=timezone.now())
    alvo = SessionContext.objects.filter(usuario=usuario, ativo=True).exclude(sessao_id=menos)
    if contextos is not None:
        alvo = alvo.filter(pk__in=list(contextos))
    return sum(
        deactivate_session(usuario=usuario, sessao_id=sessao_id, ator=ator, fim=SessionContext.Fim.ENCERRADA)
        for sessao_id in list(alvo.order_by("pk").values_list("sessao_id", flat=True))
    )


def sessao_da_empresa_encerrar(*, contexto: SessionContext, ator: Ator) -> None:
    """End a session that works in one's own company. Runs in that company's scope. Audited."""
    with transaction.atomic():
        encerradas = SessionContext.objects.filter(pk=contexto.pk, ativo=True).update(
            ativo=False, fim=SessionContext.Fim.ENCERRADA
        )
        if encerradas:
            auditar(
                empresa=Empresa(pk=contexto.empresa_id),
                ator=ator,
                acao="contexto_encerrado",
                objeto=contexto,
                de=str(contexto.usuario),
                para=SessionContext.Fim.ENCERRADA.label,
            )


def sessao_mudar_chave(*, usuario: Usuario, de: str, para: str, ator: Ator) -> None:
    """Follow a session whose key Django cycled (a new password): the same session, the same context.

    The new password has ended the person's other logins, so their contexts end with them. Audited.
    """
    seguiu = SessionContext.objects.filter(usuario=usuario, sessao_id=de, ativo=True).update(sessao_id=para)
    if seguiu:
        sessoes_encerrar(usuario=usuario, ator=ator, menos=para)


def cleanup_expired_sessions() -> dict[str, int]:
    """End expired contexts, delete what ended long ago and Django's expired sessions; count the contexts.

    Must be called outside any transaction (it looks across companies). Each person's newest row is
    kept: it says which perfil the next login opens.
    """
    agora = timezone.now()
    with visao_do_dono("limpar sessões expiradas de todas as empresas"), transaction.atomic():
        expiradas = SessionContext.objects.filter(ativo=True, data_expiracao__lte=agora).update(
            ativo=False, fim=SessionContext.Fim.EXPIRADA
        )
        antigas = SessionContext.objects.filter(ativo=False, ultimo_uso__lt=agora - _retencao())
        ultimas = SessionContext.objects.values("usuario").annotate(ultima=Max("pk")).values("ultima")
        apagadas, _ = antigas.filter(~Q(pk__in=ultimas)).delete()
    SessionStore.clear_expired()
    return {"expiradas": expiradas, "apagadas": apagadas}


def _retencao() -> timedelta:
    # Never shorter than a login can live: a row that is gone no longer says that its login is over.
    return max(_GUARDAR, timedelta(seconds=2 * settings.SESSAO_ABSOLUTA_S))


def _expira(entrada: datetime, agora: datetime) -> datetime:
    return min(
        agora + timedelta(seconds=settings.SESSAO_OCIOSA_S),
        entrada + timedelta(seconds=settings.SESSAO_ABSOLUTA_S),
    )


def _nome(papel: Perfil) -> str:
    return f"{papel.empresa.slug}: {papel.nome}"


def _nome_do_ativo(contexto: SessionContext) -> str:
    papel = Perfil.objects.filter(pk=contexto.perfil_ativo_id).select_related("empresa").first()
    return _nome(papel) if papel else "perfil retirado"


def _perfil_do_usuario(usuario: Usuario, perfil: int) -> Perfil:
    vinculo = perfis_disponiveis(usuario=usuario).filter(perfil_id=perfil).first()
    if vinculo is None:
        raise PerfilNaoDisponivel
    vinculo.perfil.empresa = vinculo.empresa
    return vinculo.perfil
