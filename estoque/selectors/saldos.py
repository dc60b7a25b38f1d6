"""Balances: cache + pending deltas, in one statement, so exact even when nothing folds them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from estoque.errors import cache_em_reconstrucao, produto_desconhecido
from nucleo.datas import hoje
from nucleo.models import Empresa


@dataclass(frozen=True, slots=True)
class Saldo:
    """The exact balance of one product. `data_ruptura`: the first day below zero, at any distance."""

    produto_id: int
    cod_produto: str
    nome: str
    unidade: str
    saldo_atual: Decimal
    qtd_carteira: Decimal
    qtd_pre_separacao: Decimal
    qtd_separacao: Decimal
    data_ruptura: date | None
    menor_saldo: Decimal
    data_menor_saldo: date | None
    producao_vencida: Decimal
    pendentes: int
    atualizado_em: datetime | None
    atualizado_por: str
    atualizado_quanto: Decimal

    @property
    def disponivel(self) -> Decimal:
        """What no order has taken yet. Picked stock is on hand until it is shipped."""
        return self.saldo_atual - self.qtd_carteira - self.qtd_pre_separacao - self.qtd_separacao


def saldo_exato(*, empresa: Empresa, cod_produto: str) -> Saldo:
    """Read one balance. Raises NaoEncontrado `produto_desconhecido`, Indisponivel while it is rebuilt."""
    linha = _uma_linha(
        "SELECT * FROM estoque_saldo(%s, %s, %s)", [empresa.pk, cod_produto, hoje(empresa.fuso)]
    )
    if linha is None:
        raise produto_desconhecido(cod_produto)
    *valores, desligado = linha
    if desligado:
        raise cache_em_reconstrucao()
    return Saldo(*valores)


def saldos_em_maos(*, empresa_id: int, produto_ids: Iterable[int]) -> dict[int, Decimal]:
    """Return the stock on hand of several products, exact as of this statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.produto_id, s.saldo + coalesce((
                SELECT sum(l.saldo) FROM cache_update_log l
                WHERE l.empresa_id = s.empresa_id AND l.produto_id = s.produto_id), 0)
            FROM saldo_estoque_cache s WHERE s.empresa_id = %s AND s.produto_id = ANY(%s)
            """,
            [empresa_id, list(produto_ids)],
        )
        return dict(cursor.fetchall())


def _uma_linha(sql: str, parametros: list[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parametros)
        return cursor.fetchone()


@dataclass(frozen=True, slots=True)
class SaldoNaLista:
    """What a list shows of a product's balance; figures are null while the cache is being rebuilt."""

    saldo_atual: Decimal | None
    disponivel: Decimal | None
    data_ruptura: date | None


def saldos_da_lista(*, empresa: Empresa, produto_ids: Iterable[int]) -> dict[int, SaldoNaLista]:
    """Read the exact balances of one page of products in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT produto_id, saldo_atual, disponivel, data_ruptura FROM saldo_estoque_exato"
            " WHERE empresa_id = %s AND produto_id = ANY(%s)",
            [empresa.pk, list(produto_ids)],
        )
        return {linha[0]: SaldoNaLista(*linha[1:]) for linha in cursor.fetchall()}
