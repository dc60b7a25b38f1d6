"""The base of every API view: it knows its empresa and who is acting."""

from typing import Any, cast

from rest_framework.exceptions import NotAuthenticated
from rest_framework.generics import GenericAPIView

from nucleo.ator import SISTEMA, Ator
from nucleo.models import Empresa
from nucleo.pedido import Pedido


class VisaoDaEmpresa(GenericAPIView[Any]):
    """A view inside one empresa's scope. Thin: parse, call one service or selector, answer."""

    @property
    def empresa(self) -> Empresa:
        empresa = cast(Pedido, self.request._request).empresa
        if empresa is None:  # the permission class lets nobody through without one
            raise NotAuthenticated
        return empresa

    @property
    def ator(self) -> Ator:
        ator = cast(Pedido, self.request._request).ator
        return ator or SISTEMA
