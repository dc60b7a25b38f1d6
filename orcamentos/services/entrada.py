"""What a quote may say: every value is checked here, whoever brings it (API, office, import)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from clientes.models import Cliente
from estoque.models import Produto
from nucleo.datas import data_no_intervalo, hoje
from nucleo.decimais import centavos, decimal_lido, reais
from nucleo.errors import ErroDeValidacao, ErrosDeValidacao
from nucleo.models import Empresa
from nucleo.textos import texto_limpo
from orcamentos.models import ItemOrcamento
from orcamentos.models.item import PRECO_MAXIMO, QUANTIDADE_MAXIMA

ITENS_MAXIMO: Final = 500
TOTAL_MAXIMO: Final = Decimal("999999999999.99")
DIAS_DE_VALIDADE: Final = 15
# A quote dated or valid further away than this is a slip of the keyboard.
DIAS_DE_DISTANCIA: Final = 730


@dataclass(frozen=True, slots=True)
class DadosDoItem:
    """One line as it is asked for: a product, a text of its own, or both."""

    quantidade: Decimal
    preco_unitario: Decimal
    produto: Produto | None = None
    descricao: str = ""
    desconto: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """Quantity times price, rounded half up to cents, less the discount."""
        return centavos(self.quantidade * self.preco_unitario) - self.desconto


def itens_conferidos(itens: Sequence[DadosDoItem]) -> list[DadosDoItem]:
    """Return the lines cleaned; raise every fault found, each with its field (`itens.0.quantidade`)."""
    if not itens:
        raise ErroDeValidacao("campo_obrigatorio", "O orçamento precisa de ao menos um item.", field="itens")
    if len(itens) > ITENS_MAXIMO:
        raise ErroDeValidacao("valor_invalido", f"No máximo {ITENS_MAXIMO} itens.", field="itens")
    conferidos, erros = [], []
    for indice, item in enumerate(itens):
        try:
            conferidos.append(_item_conferido(item, f"itens.{indice}"))
        except ErroDeValidacao as erro:
            erros.append(erro)
    if erros:
        raise ErrosDeValidacao(erros)
    _conferir_total(conferidos)
    return conferidos


def _item_conferido(item: DadosDoItem, prefixo: str) -> DadosDoItem:
    limpo = replace(
        item,
        quantidade=decimal_lido(
            item.quantidade,
            casas=3,
            minimo=Decimal("0.001"),
            maximo=QUANTIDADE_MAXIMA,
            campo=f"{prefixo}.quantidade",
        ),
        preco_unitario=decimal_lido(
            item.preco_unitario, casas=2, minimo=0, maximo=PRECO_MAXIMO, campo=f"{prefixo}.preco_unitario"
        ),
        desconto=decimal_lido(item.desconto, casas=2, minimo=0, campo=f"{prefixo}.desconto"),
        descricao=texto_limpo(item.descricao, campo=f"{prefixo}.descricao", maximo=200),
    )
    if limpo.produto is None and not limpo.descricao:
        raise ErroDeValidacao(
            "campo_obrigatorio", "Informe o produto ou uma descrição.", field=f"{prefixo}.descricao"
        )
    if limpo.total < 0:
        raise ErroDeValidacao(
            "valor_invalido",
            f"O desconto não pode passar do valor do item ({reais(limpo.total + limpo.desconto)}).",
            field=f"{prefixo}.desconto",
        )
    return limpo


def _conferir_total(itens: Sequence[DadosDoItem]) -> None:
    total = sum((item.total for item in itens), Decimal(0))
    if total > TOTAL_MAXIMO:
        raise ErroDeValidacao(
            "valor_invalido", f"O total passa do máximo de {reais(TOTAL_MAXIMO)}.", field="itens"
        )


def itens_montados(itens: Sequence[DadosDoItem], *, empresa: Empresa) -> list[ItemOrcamento]:
    """Turn checked lines into rows, in their order."""
    return [
        ItemOrcamento(
            empresa=empresa,
            posicao=posicao,
            produto=item.produto,
            descricao=item.descricao,
            quantidade=item.quantidade,
            preco_unitario=item.preco_unitario,
            desconto=item.desconto,
        )
        for posicao, item in enumerate(itens, start=1)
    ]


def cliente_conferido(cliente: Cliente) -> Cliente:
    """Refuse a customer that was switched off."""
    if not cliente.ativo:
        raise ErroDeValidacao("cliente_inativo", f"O cliente {cliente.nome} está inativo.", field="cliente")
    return cliente


def datas_conferidas(*, empresa: Empresa, data: date | None, validade: date | None) -> tuple[date, date]:
    """Return the document's date (default: today for the empresa) and its validity (default: 15 days).

    Raises `data_fora_do_intervalo` for dates years away or a validity before the date.
    """
    dia = hoje(empresa.fuso)
    data = data_no_intervalo(
        data or dia, referencia=dia, dias_antes=DIAS_DE_DISTANCIA, dias_depois=DIAS_DE_DISTANCIA, campo="data"
    )
    return data, validade_conferida(validade or max(data, dia) + timedelta(days=DIAS_DE_VALIDADE), data=data)


def validade_conferida(validade: date, *, data: date) -> date:
    """Return the validity if it is not before the date and not years after it."""
    return data_no_intervalo(
        validade, referencia=data, dias_antes=0, dias_depois=DIAS_DE_DISTANCIA, campo="validade"
    )


def textos_conferidos(textos: dict[str, str]) -> dict[str, str]:
    """Return the free texts of the head, cleaned; only those that are given."""
    return {
        campo: texto_limpo(valor, campo=campo, maximo=_TEXTOS[campo], linhas=campo != "referencia_cliente")
        for campo, valor in textos.items()
    }


_TEXTOS: Final = {"condicoes_pagamento": 500, "observacoes": 4000, "referencia_cliente": 60}
