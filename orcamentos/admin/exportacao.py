"""What was found or chosen in the list, as a spreadsheet."""

import io
from collections.abc import Iterator
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from nucleo.exportacao import exportar_csv, exportar_xlsx
from orcamentos.models import Orcamento

COLUNAS: Final = (
    "budget_number",
    "revisao",
    "status",
    "codigo_cliente",
    "cliente",
    "data",
    "validade",
    "total",
    "condicoes_pagamento",
    "referencia_cliente",
)
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@admin.action(description="Exportar em CSV", permissions=["view"])
def exportar_em_csv(
    modeladmin: Any, request: HttpRequest, queryset: QuerySet[Orcamento]
) -> StreamingHttpResponse:
    """Stream the chosen quotes; the body is produced inside the empresa's scope."""
    resposta = StreamingHttpResponse(exportar_csv(COLUNAS, _linhas(queryset)), content_type="text/csv")
    resposta["Content-Disposition"] = 'attachment; filename="orcamentos.csv"'
    return resposta


@admin.action(description="Exportar em Excel", permissions=["view"])
def exportar_em_xlsx(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Orcamento]) -> HttpResponse:
    """Answer the chosen quotes as a workbook."""
    destino = io.BytesIO()
    exportar_xlsx(COLUNAS, _linhas(queryset), destino, titulo="Orçamentos")
    resposta = HttpResponse(destino.getvalue(), content_type=_XLSX)
    resposta["Content-Disposition"] = 'attachment; filename="orcamentos.xlsx"'
    return resposta


def _linhas(queryset: QuerySet[Orcamento]) -> Iterator[tuple[object, ...]]:
    for o in queryset.select_related("cliente").order_by("-ordem"):
        yield (
            o.budget_number,
            o.revisao,
            o.status,
            o.cliente.codigo_cliente,
            o.cliente.nome,
            o.data,
            o.validade,
            o.total,
            o.condicoes_pagamento,
            o.referencia_cliente,
        )
