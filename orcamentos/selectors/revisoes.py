"""What a quote says, as data, and what changed between two such states."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from nucleo.decimais import quantidade_formatada, reais
from orcamentos.models import Orcamento, RevisaoOrcamento

Conteudo = dict[str, Any]

_CABECALHO: Final = {
    "cliente": "Cliente",
    "data": "Data",
    "validade": "Validade",
    "condicoes_pagamento": "Condições de pagamento",
    "observacoes": "Observações",
    "referencia_cliente": "Referência do cliente",
    "total": "Total",
}
_DO_ITEM: Final = {
    "quantidade": "quantidade",
    "preco_unitario": "preço unitário",
    "desconto": "desconto",
    "total": "total",
}


@dataclass(frozen=True, slots=True)
class Mudanca:
    """One difference, in words of the screen; `de` empty: added, `para` empty: removed."""

    campo: str
    de: str
    para: str

    def __str__(self) -> str:
        if not self.de:
            return f"{self.campo}: incluído {self.para}"
        return f"{self.campo}: {self.de} → {self.para}" if self.para else f"{self.campo}: retirado {self.de}"


def conteudo(orcamento: Orcamento) -> Conteudo:
    """Return everything the customer reads in a quote, as plain JSON (decimals as strings)."""
    itens = orcamento.itens.select_related("produto").order_by("posicao")
    return {
        "cliente": orcamento.cliente.nome,
        "data": orcamento.data.isoformat(),
        "validade": orcamento.validade.isoformat(),
        "condicoes_pagamento": orcamento.condicoes_pagamento,
        "observacoes": orcamento.observacoes,
        "referencia_cliente": orcamento.referencia_cliente,
        "total": str(orcamento.total),
        "itens": [
            {
                "cod_produto": item.produto.cod_produto if item.produto else "",
                "descricao": item.texto,
                "unidade": item.produto.unidade if item.produto else "",
                "quantidade": str(item.quantidade),
                "preco_unitario": str(item.preco_unitario),
                "desconto": str(item.desconto),
                "total": str(item.total),
            }
            for item in itens
        ],
    }


def diferencas(antes: Conteudo, depois: Conteudo) -> list[Mudanca]:
    """Return what changed, head first. A line is recognised by its product and text, not by its place."""
    mudancas = [
        Mudanca(
            rotulo, _legivel(campo, antes[campo]) or "(vazio)", _legivel(campo, depois[campo]) or "(vazio)"
        )
        for campo, rotulo in _CABECALHO.items()
        if antes[campo] != depois[campo]
    ]
    velhos, novos = dict(_com_chave(antes["itens"])), dict(_com_chave(depois["itens"]))
    for chave, item in velhos.items():
        mudancas += _do_item(item, novos[chave]) if chave in novos else [Mudanca("Item", _resumo(item), "")]
    mudancas += [Mudanca("Item", "", _resumo(item)) for chave, item in novos.items() if chave not in velhos]
    return mudancas


def revisoes_com_diferencas(orcamento: Orcamento) -> list[tuple[RevisaoOrcamento, list[Mudanca]]]:
    """Return every revision that was sent, newest first, each with what it changed of the one before."""
    enviadas = list(orcamento.revisoes.order_by("revisao"))
    anteriores: list[RevisaoOrcamento | None] = [None, *enviadas][: len(enviadas)]
    pares = [
        (atual, diferencas(anterior.conteudo, atual.conteudo) if anterior else [])
        for anterior, atual in zip(anteriores, enviadas, strict=True)
    ]
    return pares[::-1]


def diferencas_do_rascunho(orcamento: Orcamento) -> list[Mudanca]:
    """Return what the draft of a new revision changes of what was sent last; empty for a first draft."""
    ultima = orcamento.revisoes.order_by("-revisao").first()
    if ultima is None or not orcamento.rascunho:
        return []
    return diferencas(ultima.conteudo, conteudo(orcamento))


def _com_chave(itens: list[Conteudo]) -> Iterator[tuple[tuple[str, str, int], Conteudo]]:
    """Name each line by product, text and how many like it came before."""
    vistos: Counter[tuple[str, str]] = Counter()
    for item in itens:
        nome = (item["cod_produto"], item["descricao"])
        vistos[nome] += 1
        yield (*nome, vistos[nome]), item


def _do_item(antes: Conteudo, depois: Conteudo) -> list[Mudanca]:
    return [
        Mudanca(
            f"{depois['descricao']}: {rotulo}", _legivel(campo, antes[campo]), _legivel(campo, depois[campo])
        )
        for campo, rotulo in _DO_ITEM.items()
        if Decimal(antes[campo]) != Decimal(depois[campo])
    ]


def _resumo(item: Conteudo) -> str:
    quantidade = quantidade_formatada(Decimal(item["quantidade"]), item["unidade"])
    return f"{item['descricao']} ({quantidade} × {reais(Decimal(item['preco_unitario']))})"


def _legivel(campo: str, valor: str) -> str:
    if campo in ("data", "validade"):
        return f"{date.fromisoformat(valor):%d/%m/%Y}"
    if campo == "quantidade":
        return quantidade_formatada(Decimal(valor))
    return reais(Decimal(valor)) if campo in ("total", "preco_unitario", "desconto") else valor


def revisoes_em_dados(orcamento: Orcamento) -> list[dict[str, Any]]:
    """Return all revisions with their changes, newest first; the open draft of one comes without a date."""
    dados: list[dict[str, Any]] = [
        {
            "revisao": r.revisao,
            "enviada_em": r.enviada_em,
            "enviada_por": r.enviada_por,
            "total": r.total,
            "mudancas": mudancas,
        }
        for r, mudancas in revisoes_com_diferencas(orcamento)
    ]
    if orcamento.rascunho:
        aberta = {"revisao": orcamento.revisao, "enviada_em": None, "enviada_por": None}
        mudancas = diferencas_do_rascunho(orcamento)
        dados.insert(0, {**aberta, "total": orcamento.total, "mudancas": mudancas})
    return dados
