"""Quantities as the office reads them, and where the document of a cause lives."""

from decimal import Decimal

from django import template

from nucleo.decimais import quantidade_formatada

register = template.Library()
_PAGINAS = {
    "carteira": "admin:estoque_carteiraprincipal_change",
    "pre_separacao": "admin:estoque_preseparacaoitem_change",
    "separacao": "admin:estoque_separacao_change",
    "producao": "admin:estoque_programacaoproducao_change",
}


@register.filter
def quantidade(valor: Decimal | None) -> str:
    """`1234.500` reads `1.234,5`."""
    return "" if valor is None else quantidade_formatada(valor)


@register.filter
def pagina_da_etapa(etapa: str) -> str:
    """Name the office page of a stage's row."""
    return _PAGINAS[etapa]
