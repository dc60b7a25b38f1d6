from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractUser
from django.db import models

if TYPE_CHECKING:
    from nucleo.models.perfil import Perfil


class Usuario(AbstractUser):
    """A person who logs in. What they may do is decided by the active perfil alone.

    `perfil_ativo` is set per request by the session context; without it nobody may do anything,
    superuser flag or not.
    """

    nome = models.CharField("nome completo", max_length=120, blank=True)
    # Logins from before this moment are over, also those that work as no perfil yet.
    sessoes_encerradas_em = models.DateTimeField("sessões encerradas em", null=True, editable=False)
    is_staff = models.BooleanField("acessa o escritório", default=True)

    perfil_ativo: "Perfil | None" = None

    class Meta(AbstractUser.Meta):
        verbose_name = "usuário"
        verbose_name_plural = "usuários"

    def __str__(self) -> str:
        return self.nome or self.username

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and perm in self._permissoes_do_perfil()

    def has_perms(self, perm_list: Iterable[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and any(p.startswith(f"{app_label}.") for p in self._permissoes_do_perfil())

    def get_all_permissions(self, obj: Any = None) -> set[str]:
        return set(self._permissoes_do_perfil()) if self.is_active else set()

    def _permissoes_do_perfil(self) -> frozenset[str]:
        return self.perfil_ativo.nomes_das_permissoes if self.perfil_ativo else frozenset()
