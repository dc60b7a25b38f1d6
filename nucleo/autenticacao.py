"""Login check. Permissions come from the active perfil (see `Usuario`), never from the account."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from nucleo.models import Usuario


class PerfilBackend(ModelBackend):
    """Django's password check; the permissions are those of the person's active perfil.

    Django's anonymous user asks its backends in turn, so only a `Usuario` may be asked back.
    """

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return user_obj.get_all_permissions(obj) if isinstance(user_obj, Usuario) else set()

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return perm in self.get_all_permissions(user_obj, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(p.startswith(f"{app_label}.") for p in self.get_all_permissions(user_obj))
