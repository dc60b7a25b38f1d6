"""Login check. Permissions come from the active perfil (see `Usuario`), never from the account."""

from typing import Any

from django.contrib.auth.backends import ModelBackend


class PerfilBackend(ModelBackend):
    """Password check of Django; grants no permission of its own."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return user_obj.get_all_permissions(obj)

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return user_obj.has_perm(perm, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return user_obj.has_module_perms(app_label)
