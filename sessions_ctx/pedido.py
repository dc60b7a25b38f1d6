"""The request of a logged-in person, as the context middleware leaves it."""

from typing import Any

from nucleo.ator import Ator
from nucleo.models import Usuario, Vinculo
from nucleo.pedido import Pedido


class PedidoDaPessoa(Pedido):
    """`contexto` (a SessionContext) and `empresa` are None where the session has no live context."""

    user: Usuario
    ator: Ator
    empresa: Any
    contexto: Any
    perfis_do_seletor: list[Vinculo]
    # What was typed into the form that this request sent and that the login page now keeps.
    digitado: str
