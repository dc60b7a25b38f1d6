"""How far a person's hand reaches: nobody gives, takes away or edits a role that may do more than theirs.

Without it the right to manage people would be every right: one would give oneself the manager's role.
"""

from collections.abc import Collection

from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from nucleo.ator import Ator
from nucleo.errors import NaoPermitido
from nucleo.models import Empresa, Perfil, Usuario

APPS_DO_ESCRITORIO = ("nucleo", "sessions_ctx", "clientes", "estoque", "orcamentos", "cobranca")


def permissoes_do_escritorio() -> QuerySet[Permission]:
    """Return everything a role can be given; the scheduler and Django's own tables are the operator's."""
    return Permission.objects.filter(content_type__app_label__in=APPS_DO_ESCRITORIO).select_related(
        "content_type"
    )


def nomes(permissoes: QuerySet[Permission]) -> frozenset[str]:
    """`app.codename` of each permission."""
    return frozenset(
        f"{app}.{codename}"
        for app, codename in permissoes.values_list("content_type__app_label", "codename").distinct()
    )


def exigir_alcance(*, empresa: Empresa, ator: Ator, permissoes: Collection[str], o_que: str) -> None:
    """Raise NaoPermitido `alem_do_alcance` unless the actor may do all of `permissoes` themselves.

    Whoever may already do all that any role of the empresa may is not held back: somebody must be able to
    hand on what a new version brings. Commands are the operator's and are not held back either.
    """
    if ator.permissoes is None or set(permissoes) <= ator.permissoes:
        return
    if _do_perfil(Perfil.objects.filter(empresa=empresa, ativo=True)) <= ator.permissoes:
        return
    raise NaoPermitido(
        "alem_do_alcance", f"{o_que} pode mais do que o seu perfil: peça a quem tem essas permissões."
    )


def permissoes_da_pessoa(*, empresa: Empresa, usuario: Usuario) -> frozenset[str]:
    """Return what the person may do in the empresa through all the roles they hold there now."""
    return _do_perfil(
        Perfil.objects.filter(empresa=empresa, ativo=True, vinculos__usuario=usuario, vinculos__ativo=True)
    )


def _do_perfil(perfis: QuerySet[Perfil]) -> frozenset[str]:
    return nomes(Permission.objects.filter(perfil__in=perfis))
