"""The login form of the office."""

from typing import Any

from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from nucleo.errors import ErroDeNegocio
from sessions_ctx.porta import ator_do_pedido, conferir_entrada
from sessions_ctx.services.acesso import login_recusado


class EntradaForm(AuthenticationForm):
    """Unfold's form over our counted, locked-out check."""

    def clean(self) -> dict[str, Any]:
        login, senha = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if login and senha:
            try:
                self.user_cache = conferir_entrada(self.request, login_dado=login, senha=senha)
            except ErroDeNegocio as exc:
                raise ValidationError(exc.detail, code=exc.code) from exc
            if not self.user_cache.is_staff:
                login_recusado(login=login, ator=ator_do_pedido(self.request), motivo="sem escritório")
                raise ValidationError("Sua conta não tem acesso ao escritório.", code="sem_escritorio")
        return self.cleaned_data
