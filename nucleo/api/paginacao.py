"""Cursor pagination: stable under inserts, costs the same on every page."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import GeneratedField, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from nucleo.errors import ErroDeValidacao


class PaginacaoPorCursor(CursorPagination):
    """`{"next","previous","results"}`; a view may set `ordering`, which must end in a unique column.

    Raises ErroDeValidacao for a cursor that no page gave and for a page size that is no number.
    """

    page_size = 50
    max_page_size = 500
    page_size_query_param = "por_pagina"
    ordering = "-id"

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        ordem = getattr(view, "ordering", self.ordering)
        return (ordem,) if isinstance(ordem, str) else tuple(ordem)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        campo = queryset.model._meta.get_field(self.get_ordering(request, queryset, view)[0].lstrip("-"))
        self._coluna: Any = campo.output_field if isinstance(campo, GeneratedField) else campo
        return super().paginate_queryset(queryset, request, view)

    def get_page_size(self, request: Request) -> int | None:
        pedido = request.query_params.get("por_pagina", "")
        if pedido and not (pedido.isascii() and pedido.isdigit() and int(pedido[:9]) > 0):
            raise ErroDeValidacao(
                "valor_invalido", f"Informe um número de 1 a {self.max_page_size}.", field="por_pagina"
            )
        return super().get_page_size(request)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Read the cursor; the column it stands on must be able to hold its position."""
        if not request.query_params.get("cursor"):
            return None
        try:
            cursor = super().decode_cursor(request)
            posicao = cursor.position if cursor else None
            self._coluna.to_python(posicao)
        except (NotFound, ValidationError, ValueError) as erro:
            raise _cursor_invalido() from erro
        # An empty one is what base64 makes of letters that it skips.
        if cursor is None or not any(cursor) or "\x00" in str(posicao):
            raise _cursor_invalido()
        return cursor


def _cursor_invalido() -> ErroDeValidacao:
    return ErroDeValidacao(
        "valor_invalido", "Cursor inválido; use o endereço de next ou de previous.", field="cursor"
    )
