from typing import Any

from django.http import HttpRequest

from nucleo.admin import AdminDaEmpresa, ator_do_pedido
from nucleo.admin.base import empresa_do_pedido
from nucleo.admin.campos import SemRestricoes
from nucleo.datas import hoje


class CriadaPorServico(AdminDaEmpresa):
    """Rows that are added through a service and then only moved on by buttons."""

    form = SemRestricoes
    campos_de_entrada: tuple[str, ...] = ()
    # The entry's date field, filled in with the empresa's today.
    campo_do_dia = "data"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": self.campos_de_entrada})]
        return super().get_fieldsets(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        dia = hoje(empresa_do_pedido(request).fuso)
        return {self.campo_do_dia: dia, **super().get_changeform_initial_data(request)}

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
