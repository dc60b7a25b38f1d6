"""Chosen customers as a spreadsheet that can be imported again."""

import io
from collections.abc import Iterator
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from clientes.models import Cliente
from nucleo.exportacao import exportar_csv, exportar_xlsx

COLUNAS: Final = (
    "codigo_cliente",
    "tipo_pessoa",
    "nome",
    "nome_fantasia",
    "cpf_cnpj",
    "inscricao_estadual",
    "telefone",
    "telefone_secundario",
    "whatsapp",
    "email",
    "email_financeiro",
    "municipio",
    "uf",
    "cep",
    "logradouro",
    "numero",
    "complemento",
    "bairro",
    "endereco_entrega",
    "observacoes",
    "ativo",
)
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@admin.action(description="Exportar em CSV", permissions=["view"])
def exportar_em_csv(
    modeladmin: Any, request: HttpRequest, queryset: "QuerySet[Cliente]"
) -> StreamingHttpResponse:
    """Stream the chosen customers; the body is produced inside the empresa's scope."""
    resposta = StreamingHttpResponse(exportar_csv(COLUNAS, _linhas(queryset)), content_type="text/csv")
    resposta["Content-Disposition"] = 'attachment; filename="clientes.csv"'
    return resposta


@admin.action(description="Exportar em Excel", permissions=["view"])
def exportar_em_xlsx(modeladmin: Any, request: HttpRequest, queryset: "QuerySet[Cliente]") -> HttpResponse:
    """Answer the chosen customers as a workbook."""
    destino = io.BytesIO()
    exportar_xlsx(COLUNAS, _linhas(queryset), destino, titulo="Clientes")
    resposta = HttpResponse(destino.getvalue(), content_type=_XLSX)
    resposta["Content-Disposition"] = 'attachment; filename="clientes.xlsx"'
    return resposta


def _linhas(clientes: "QuerySet[Cliente]") -> Iterator[list[object]]:
    ordenados = clientes.select_related("municipio").order_by("codigo_cliente")
    for cliente in ordenados.iterator(chunk_size=2000):
        lugar = {"municipio": cliente.municipio.nome, "uf": cliente.municipio.uf}
        yield [lugar[coluna] if coluna in lugar else getattr(cliente, coluna) for coluna in COLUNAS]
