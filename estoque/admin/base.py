from typing import Any

from django.http import HttpRequest

from nucleo.admin import AdminDaEmpresa, ator_do_pedido
from nucleo.admin.base import empresa_do_pedido


class CriadaPorServico(AdminDaEmpresa):
    """Rows that are added through a service and then only moved on by buttons."""

    campos_de_entrada: tuple[str, ...] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.campos_de_entrada if obj is None else self.fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def servico_de_criacao(self, **dados: Any) -> Any:
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        feita = self.servico_de_criacao(
            empresa=empresa_do_pedido(request),
            ator=ator_do_pedido(request),
            **{campo: form.cleaned_data[campo] for campo in self.campos_de_entrada},
        )
        # The service built its own row; the admin goes on with it.
        obj.__dict__.update({k: v for k, v in feita.__dict__.items() if k != "_state"})
        obj._state.adding = False
