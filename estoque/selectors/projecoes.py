"""The projection: stock at the end of each day, what causes it, what if, what to get by when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from estoque.errors import cache_em_reconstrucao, produto_desconhecido
from nucleo.datas import hoje
from nucleo.errors import ErroDeValidacao
from nucleo.models import Empresa

DIAS_PADRAO = 29
DIAS_MAXIMO = 365
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Causa:
    """One document that comes in or goes out on a day. `data` is its own date, maybe long past."""

    etapa: str
    id: int
    documento: str
    quantidade: Decimal
    data: date


@dataclass(frozen=True, slots=True)
class Dia:
    """What is expected on one day, and the stock at its end."""

    data: date
    entradas: Decimal
    saidas: Decimal
    saldo: Decimal
    causas: tuple[Causa, ...] = ()


@dataclass(frozen=True, slots=True)
class Projecao:
    """The days of the window. `data_ruptura` and `menor` look at these days only."""

    cod_produto: str
    saldo_inicial: Decimal
    dias: tuple[Dia, ...]

    @property
    def data_ruptura(self) -> date | None:
        return next((dia.data for dia in self.dias if dia.saldo < 0), None)

    @property
    def menor(self) -> Dia:
        return min(self.dias, key=lambda dia: (dia.saldo, dia.data))


def dias_lidos(valor: object) -> int:
    """Read the length of a window, 29 days by default. Raises `valor_invalido`."""
    if valor is None or valor == "":
        return DIAS_PADRAO
    texto = str(valor)
    if not (texto.isascii() and texto.isdigit() and len(texto) <= 4 and 1 <= int(texto) <= DIAS_MAXIMO):
        raise ErroDeValidacao(
            "valor_invalido", f"Informe um número de dias de 1 a {DIAS_MAXIMO}.", field="dias"
        )
    return int(texto)


def projecao_exata(*, empresa: Empresa, cod_produto: str, dias: int = DIAS_PADRAO) -> Projecao:
    """Project one product from today in the empresa's time zone; one statement, exact.

    Open demand past its date counts on today, production past its date not at all. Raises NaoEncontrado
    `produto_desconhecido`, Indisponivel while the cache is being rebuilt.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data, entradas, saidas, saldo, saldo_inicial, desligado"
            " FROM estoque_projecao(%s, %s, %s, %s)",
            [empresa.pk, cod_produto, hoje(empresa.fuso), dias],
        )
        linhas = cursor.fetchall()
    return _montada(cod_produto, linhas)


_COM_CAUSAS = """
    SELECT p.data, p.entradas, p.saidas, p.saldo, p.saldo_inicial, p.desligado, c.causas
    FROM estoque_projecao(%(empresa)s, %(cod)s, %(hoje)s, %(dias)s) p
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_array(etapa, id, documento, quantidade::text, data)
                        ORDER BY etapa, data, id) AS causas
        FROM (
            SELECT 'carteira' AS etapa, id, num_pedido AS documento, qtd_saldo AS quantidade,
                   data_entrega AS data
            FROM estoque_carteiraprincipal
            WHERE empresa_id = %(empresa)s AND produto_id = p.produto_id AND qtd_saldo > 0
            UNION ALL
            SELECT 'pre_separacao', x.id, k.num_pedido, x.qtd_saldo, x.data
            FROM estoque_preseparacaoitem x JOIN estoque_carteiraprincipal k ON k.id = x.carteira_id
            WHERE x.empresa_id = %(empresa)s AND x.produto_id = p.produto_id AND x.qtd_saldo > 0
            UNION ALL
            SELECT 'separacao', x.id, k.num_pedido, x.qtd_saldo, x.data_expedicao
            FROM estoque_separacao x JOIN estoque_carteiraprincipal k ON k.id = x.carteira_id
            WHERE x.empresa_id = %(empresa)s AND x.produto_id = p.produto_id AND x.qtd_saldo > 0
            UNION ALL
            SELECT 'producao', id, 'Produção ' || id, qtd_saldo, data FROM estoque_programacaoproducao
            WHERE empresa_id = %(empresa)s AND produto_id = p.produto_id AND qtd_saldo > 0
              AND data >= %(hoje)s
        ) d WHERE greatest(d.data, %(hoje)s) = p.data
    ) c ON p.entradas <> 0 OR p.saidas <> 0
    ORDER BY p.data
"""


def projecao_com_causas(*, empresa: Empresa, cod_produto: str, dias: int = DIAS_PADRAO) -> Projecao:
    """The same with the documents of each day, all in one snapshot. Costs as much as there are documents."""
    parametros: dict[str, Any] = {"empresa": empresa.pk, "cod": cod_produto, "dias": dias}
    parametros["hoje"] = hoje(empresa.fuso)
    with connection.cursor() as cursor:
        cursor.execute(_COM_CAUSAS, parametros)
        linhas = cursor.fetchall()
    projecao = _montada(cod_produto, linhas)
    dias_ = (replace(dia, causas=_causas(linha[6])) for dia, linha in zip(projecao.dias, linhas, strict=True))
    return replace(projecao, dias=tuple(dias_))


def projecao_simulada(
    *,
    empresa: Empresa,
    cod_produto: str,
    carteira: Iterable[tuple[Decimal, date]] = (),
    producao: Iterable[tuple[Decimal, date]] = (),
    dias: int = DIAS_PADRAO,
) -> Projecao:
    """Project with hypothetical orders and production; nothing is written. Dates as for real ones."""
    base = projecao_exata(empresa=empresa, cod_produto=cod_produto, dias=dias)
    hoje_ = base.dias[0].data
    saem, entram = dict[date, Decimal](), dict[date, Decimal]()
    for quantidade, data in carteira:
        dia = max(data, hoje_)
        saem[dia] = saem.get(dia, ZERO) + quantidade
    for quantidade, data in producao:
        entram[data] = entram.get(data, ZERO) + quantidade
    return replace(base, dias=_recorridos(base, entram, saem))


@dataclass(frozen=True, slots=True)
class Sugestao:
    """What to buy or produce so that no day of the window ends below the product's minimum."""

    cod_produto: str
    estoque_minimo: Decimal
    itens: tuple[tuple[date, Decimal], ...]
    cobertura_dias: int | None
    consumo_medio_diario: Decimal

    @property
    def quantidade(self) -> Decimal:
        return sum((quantidade for _, quantidade in self.itens), ZERO)


def sugestao_de_compra(*, empresa: Empresa, cod_produto: str, dias: int = DIAS_PADRAO) -> Sugestao:
    """Say what to get by when, in the smallest and latest portions that keep the window at the minimum.

    `cobertura_dias`: full days until the projection falls below zero, or, where nothing planned makes it
    fall, how long today's available stock lasts at the average of the last 90 days (null: no consumption).
    """
    projecao = projecao_exata(empresa=empresa, cod_produto=cod_produto, dias=dias)
    minimo, consumo = _minimo_e_consumo(empresa, cod_produto, projecao.dias[0].data)
    return Sugestao(
        cod_produto=cod_produto,
        estoque_minimo=minimo,
        itens=_porcoes(projecao.dias, minimo),
        cobertura_dias=_cobertura(projecao, consumo),
        consumo_medio_diario=consumo,
    )


@dataclass(frozen=True, slots=True)
class Ruptura:
    """A product that runs out. The lowest point looks at all that is known, beyond the window too."""

    cod_produto: str
    nome: str
    unidade: str
    data_ruptura: date
    menor_saldo: Decimal
    data_menor_saldo: date


def rupturas(*, empresa: Empresa, dias: int = DIAS_PADRAO) -> list[Ruptura]:
    """Products that run out within the window, first day first; exact, pending deltas included.

    Raises Indisponivel while the cache is being rebuilt.
    """
    inicio = hoje(empresa.fuso)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (SELECT FROM estoque_estadocache WHERE empresa_id = %(e)s),
                   p.cod_produto, p.nome, p.unidade, r.data_ruptura, r.menor_saldo, r.data_menor_saldo
            FROM (SELECT 1) um LEFT JOIN estoque_rupturas(%(e)s, %(de)s, %(ate)s) r ON true
            LEFT JOIN estoque_produto p ON p.id = r.produto_id AND p.empresa_id = %(e)s
            ORDER BY r.data_ruptura, p.cod_produto
            """,
            {"e": empresa.pk, "de": inicio, "ate": inicio + timedelta(days=dias - 1)},
        )
        linhas = cursor.fetchall()
    if linhas[0][0]:
        raise cache_em_reconstrucao()
    return [Ruptura(*linha[1:]) for linha in linhas if linha[1] is not None]


def _montada(cod_produto: str, linhas: Sequence[tuple[Any, ...]]) -> Projecao:
    if not linhas:
        raise produto_desconhecido(cod_produto)
    if linhas[0][5]:
        raise cache_em_reconstrucao()
    return Projecao(cod_produto, linhas[0][4], tuple(Dia(*linha[:4]) for linha in linhas))


def _causas(cruas: list[list[Any]] | None) -> tuple[Causa, ...]:
    return tuple(
        Causa(etapa, id_, documento, Decimal(quantidade), date.fromisoformat(data))
        for etapa, id_, documento, quantidade, data in cruas or ()
    )


def _recorridos(base: Projecao, entram: dict[date, Decimal], saem: dict[date, Decimal]) -> tuple[Dia, ...]:
    dias, extra = [], ZERO
    for dia in base.dias:
        entra, sai = entram.get(dia.data, ZERO), saem.get(dia.data, ZERO)
        extra += entra - sai
        dias.append(Dia(dia.data, dia.entradas + entra, dia.saidas + sai, dia.saldo + extra))
    return tuple(dias)


def _porcoes(dias: Iterable[Dia], minimo: Decimal) -> tuple[tuple[date, Decimal], ...]:
    itens, reposto = [], ZERO
    for dia in dias:
        falta = minimo - dia.saldo - reposto
        if falta > 0:
            itens.append((dia.data, falta))
            reposto += falta
    return tuple(itens)


def _cobertura(projecao: Projecao, consumo: Decimal) -> int | None:
    primeiro = projecao.dias[0]
    if projecao.data_ruptura is not None:
        return (projecao.data_ruptura - primeiro.data).days
    return int(projecao.dias[-1].saldo / consumo) if consumo > 0 else None


def _minimo_e_consumo(empresa: Empresa, cod_produto: str, hoje_: date) -> tuple[Decimal, Decimal]:
    """The minimum, and what left per day in the last 90 days; a reversed shipment never left."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.estoque_minimo, coalesce((
                SELECT sum(m.quantidade) FROM estoque_movimentacaoestoque m
                WHERE m.empresa_id = p.empresa_id AND m.produto_id = p.id AND m.tipo = 'saida'
                  AND m.data > %s AND m.estorno_de_id IS NULL
                  AND NOT EXISTS (SELECT FROM estoque_movimentacaoestoque e WHERE e.estorno_de_id = m.id)), 0)
            FROM estoque_produto p WHERE p.empresa_id = %s AND p.cod_produto = %s
            """,
            [hoje_ - timedelta(days=90), empresa.pk, cod_produto],
        )
        minimo, total = cursor.fetchone()
    return minimo, (total / 90).quantize(Decimal("0.001"))
