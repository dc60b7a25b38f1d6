"""Quotes of a demo company, in every state, numbered as they were dated."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clientes.models import Cliente
from estoque.models import Produto
from nucleo.ator import Ator
from nucleo.models import Empresa
from orcamentos.models import Orcamento
from orcamentos.services import (
    orcamento_aprovar,
    orcamento_cancelar,
    orcamento_criar,
    orcamento_enviar,
    orcamento_recusar,
    orcamento_revisar,
    orcamentos_expirar,
)
from orcamentos.services.entrada import DadosDoItem

QUANTIDADE = 60
DESTINOS = ("rascunho", "enviado", "aprovado", "aprovado", "recusado", "expirado", "cancelado", "revisado")
SERVICOS = (
    ("Retífica de cabeçote", "480.00"),
    ("Brunimento de bloco (4 cilindros)", "620.00"),
    ("Polimento de virabrequim", "350.00"),
    ("Montagem parcial do motor", "1850.00"),
)
CONDICOES = ("À vista com 5% de desconto", "30 dias", "30/60 dias no boleto", "Entrada + 2x no cartão")


def orcamentos_demo(*, empresa: Empresa, ator: Ator, hoje: date) -> int:
    """Create the demo's quotes once; a second call adds nothing. Return how many are new.

    Must run inside the empresa's scope, after its customers and products. Deterministic.
    """
    if Orcamento.objects.filter(empresa=empresa).exists():
        return 0
    sorte = random.Random(f"orcamentos {empresa.slug}")  # noqa: S311 - demo data, repeatable on purpose
    clientes = list(Cliente.objects.filter(empresa=empresa, ativo=True).order_by("id")[:80])
    produtos = list(Produto.objects.filter(empresa=empresa, preco_venda__gt=0).order_by("id"))
    for indice in range(QUANTIDADE):
        data = hoje - timedelta(days=(QUANTIDADE - 1 - indice) * 2)
        orcamento = orcamento_criar(
            empresa=empresa,
            ator=ator,
            cliente=sorte.choice(clientes),
            itens=_itens(sorte, produtos),
            data=data,
            validade=hoje + timedelta(days=sorte.randint(2, 30)),
            condicoes_pagamento=sorte.choice(CONDICOES),
        )
        _levar_a(DESTINOS[indice % len(DESTINOS)], empresa, ator, orcamento, hoje)
    orcamentos_expirar(empresa=empresa, ator=ator, dia=hoje)
    return QUANTIDADE


def _itens(sorte: random.Random, produtos: Sequence[Produto]) -> list[DadosDoItem]:
    pecas = [
        DadosDoItem(
            quantidade=Decimal(sorte.randint(1, 4)),
            preco_unitario=produto.preco_venda or Decimal(1),
            produto=produto,
        )
        for produto in sorte.sample(list(produtos), k=min(len(produtos), sorte.randint(1, 4)))
    ]
    descricao, preco = sorte.choice(SERVICOS)
    servico = DadosDoItem(quantidade=Decimal(1), preco_unitario=Decimal(preco), descricao=descricao)
    return [*pecas, servico]


def _levar_a(destino: str, empresa: Empresa, ator: Ator, orcamento: Orcamento, hoje: date) -> None:
    """Walk a draft to its state through the same services as a person would."""
    if destino == "rascunho":
        return
    versao = orcamento.versao
    alvo: dict[str, Any] = {"empresa": empresa, "ator": ator, "orcamento_id": orcamento.pk}
    if destino == "cancelado":
        orcamento_cancelar(**alvo, versao=versao, motivo="Pedido em duplicidade")
        return
    versao = orcamento_enviar(**alvo, versao=versao).versao
    if destino == "aprovado":
        orcamento_aprovar(**alvo, versao=versao, data_entrega=hoje + timedelta(days=orcamento.pk % 20))
    elif destino == "recusado":
        orcamento_recusar(**alvo, versao=versao, motivo="Achou o prazo longo")
    elif destino == "revisado":
        orcamento_revisar(**alvo, versao=versao)
    elif destino == "expirado":
        # Nobody answered in time: the daily expiry does the rest.
        Orcamento.objects.filter(pk=orcamento.pk).update(
            validade=max(orcamento.data, hoje - timedelta(days=3))
        )
