"""The naive truth: everything recomputed row by row in Python, sharing nothing with the product's SQL."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from estoque.models import (
    CarteiraPrincipal,
    MovimentacaoEstoque,
    PreSeparacaoItem,
    Produto,
    ProgramacaoProducao,
    Separacao,
)

ZERO = Decimal(0)


@dataclass
class Ingenuo:
    saldo: Decimal
    carteira: Decimal
    pre: Decimal
    sep: Decimal
    vencida: Decimal
    dias: list[tuple[date, Decimal, Decimal, Decimal]]
    ruptura: date | None
    menor: Decimal


def recalcular(produto: Produto, hoje: date, dias: int = 45, horizonte: int = 4000) -> Ingenuo:
    """Recompute one product; `horizonte` days are walked for the first day below zero."""
    saldo = ZERO
    for m in MovimentacaoEstoque.objects.filter(produto=produto):
        saldo += -m.quantidade if m.tipo == "saida" else m.quantidade
    carteira = list(CarteiraPrincipal.objects.filter(produto=produto))
    pre = list(PreSeparacaoItem.objects.filter(produto=produto))
    sep = list(Separacao.objects.filter(produto=produto))
    planos = list(ProgramacaoProducao.objects.filter(produto=produto))
    demandas = [(c.data_entrega, c.qtd_saldo) for c in carteira]
    demandas += [(p.data, p.qtd_saldo) for p in pre] + [(s.data_expedicao, s.qtd_saldo) for s in sep]
    linhas, ruptura, menor, corrente = [], None, None, saldo
    ultimo = max([hoje, *(d for d, _ in demandas), *(p.data for p in planos)])
    for i in range(min(horizonte, max(dias, (ultimo - hoje).days + 1))):
        dia = hoje + timedelta(days=i)
        entra = sum((p.qtd_saldo for p in planos if p.data == dia), ZERO)
        sai = sum((q for d, q in demandas if d == dia or (i == 0 and d < hoje)), ZERO)
        corrente += entra - sai
        linhas.append((dia, entra, sai, corrente))
        menor = corrente if menor is None else min(menor, corrente)
        if corrente < 0 and ruptura is None:
            ruptura = dia
    return Ingenuo(
        saldo=saldo,
        carteira=sum((c.qtd_saldo for c in carteira), ZERO),
        pre=sum((p.qtd_saldo for p in pre), ZERO),
        sep=sum((s.qtd_saldo for s in sep), ZERO),
        vencida=sum((p.qtd_saldo for p in planos if p.data < hoje), ZERO),
        dias=linhas[:dias],
        ruptura=ruptura,
        menor=menor if menor is not None else saldo,
    )


def conservada(linha: CarteiraPrincipal) -> bool:
    """Each unit of an order line is in exactly one place."""
    em_pre = sum((p.qtd_saldo for p in PreSeparacaoItem.objects.filter(carteira=linha)), ZERO)
    separacoes = list(Separacao.objects.filter(carteira=linha))
    em_sep = sum((s.qtd_saldo for s in separacoes), ZERO)
    expedida = sum((s.qtd_expedida for s in separacoes), ZERO)
    return linha.quantidade == linha.qtd_saldo + linha.qtd_cancelada + em_pre + em_sep + expedida
