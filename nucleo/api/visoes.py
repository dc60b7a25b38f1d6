"""The base of every API view: it knows its empresa and who is acting."""

from typing import Any

from rest_framework.generics import GenericAPIView

from nucleo.ator import Ator
from nucleo.models import Empresa


class VisaoDaEmpresa(GenericAPIView[Any]):
    """A view inside one empresa's scope. Thin: parse, call one service or selector, answer."""

    @property
    def empresa(self) -> Empresa:
        return self.request._request.empresa

    @property
    def ator(self) -> Ator:
        return self.request._request.ator
