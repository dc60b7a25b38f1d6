"""Cursor pagination: stable under inserts, costs the same on every page."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class PaginacaoPorCursor(CursorPagination):
    """`{"next","previous","results"}`; a view may set `ordering`, which must end in a unique column."""

    page_size = 50
    max_page_size = 500
    page_size_query_param = "por_pagina"
    ordering = "-id"
    invalid_cursor_message = "Cursor inválido."

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        ordem = getattr(view, "ordering", self.ordering)
        return (ordem,) if isinstance(ordem, str) else tuple(ordem)
