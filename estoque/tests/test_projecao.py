"""What is expected day by day, why, what if, and what to get by when."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estoque.models import CarteiraPrincipal, ProgramacaoProducao
from estoque.selectors import projecoes
from estoque.selectors.saldos import saldos_da_lista, saldos_em_maos
from estoque.tests.cenario import Cenario
from nucleo.errors import ErroDeValidacao, NaoEncontrado
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import empresa_criar

pytestmark = pytest.mark.django_db


@pytest.fixture
def c(no_escopo: Empresa) -> Cenario:
    return Cenario(no_escopo)


def _saldos(projecao: projecoes.Projecao) -> list[int]:
    return [int(dia.saldo) for dia in projecao.dias]


def test_a_product_nobody_touched_has_a_flat_projection(c: Cenario) -> None:
    c.produto()
    projecao = c.projecao()
    assert [dia.data for dia in projecao.dias] == [c.dia(n) for n in range(29)]
    assert {(dia.entradas, dia.saidas, dia.saldo) for dia in projecao.dias} == {(0, 0, 0)}
    assert (projecao.saldo_inicial, projecao.data_ruptura) == (0, None)
    assert projecao.menor.data == c.dia(0)


def test_open_demand_past_its_date_counts_today_and_overdue_production_not_at_all(c: Cenario) -> None:
    produto = c.produto()
    c.mover(produto, 10)
    linha = c.pedir(produto, 9, em=-5)
    c.separar(c.pre_separar(linha, 4, em=-3), 1, em=-1)
    c.planejar(produto, 6, em=-2)
    for dobrar in (False, True):
        if dobrar:
            c.dobrar(produto)
        projecao = c.projecao(dias=3)
        assert [(d.entradas, d.saidas, d.saldo) for d in projecao.dias] == [(0, 9, 1), (0, 0, 1), (0, 0, 1)]
        assert c.saldo().producao_vencida == 6
        causas = projecoes.projecao_com_causas(empresa=c.empresa, cod_produto="A", dias=3).dias[0].causas
        assert [(x.etapa, x.documento, x.quantidade, x.data) for x in causas] == [
            ("carteira", "PED-1", 5, c.dia(-5)),
            ("pre_separacao", "PED-1", 3, c.dia(-3)),
            ("separacao", "PED-1", 1, c.dia(-1)),
        ]


def test_production_of_today_still_counts(c: Cenario) -> None:
    produto = c.produto()
    c.planejar(produto, 6, em=0)
    assert _saldos(c.projecao(dias=2)) == [6, 6]
    assert c.saldo().producao_vencida == 0


def test_the_causes_tell_why_it_runs_out_on_that_day(c: Cenario) -> None:
    produto = c.produto()
    c.mover(produto, 10)
    c.pedir(produto, 8, em=2, num="PED-CEDO")
    culpado = c.pedir(produto, 5, em=4, num="PED-17")
    plano = c.planejar(produto, 20, em=4 + 1)
    projecao = projecoes.projecao_com_causas(empresa=c.empresa, cod_produto="A", dias=8)
    assert projecao.data_ruptura == c.dia(4)
    ruptura = projecao.dias[4]
    assert [(x.etapa, x.id, x.documento) for x in ruptura.causas] == [("carteira", culpado.pk, "PED-17")]
    assert [(x.etapa, x.documento) for x in projecao.dias[5].causas] == [("producao", f"Produção {plano.pk}")]
    assert [len(dia.causas) for dia in projecao.dias] == [0, 0, 1, 0, 1, 1, 0, 0]


def test_the_window_sees_its_days_only_and_the_balance_sees_all(c: Cenario) -> None:
    produto = c.produto()
    c.mover(produto, 10)
    c.pedir(produto, 11, em=364)
    assert c.projecao(dias=364).data_ruptura is None
    assert len(c.projecao(dias=365).dias) == 365
    assert c.projecao(dias=365).data_ruptura == c.dia(364)
    assert c.saldo().data_ruptura == c.dia(364)
    c.pedir(produto, 1, em=2000)
    assert (c.saldo().menor_saldo, c.saldo().data_menor_saldo) == (-2, c.dia(2000))


def test_the_lowest_point_is_the_first_of_equal_days(c: Cenario) -> None:
    produto = c.produto()
    c.mover(produto, 10)
    c.pedir(produto, 7, em=1)
    c.planejar(produto, 4, em=3)
    c.pedir(produto, 4, em=5)
    menor = c.projecao(dias=9).menor
    assert (menor.data, menor.saldo) == (c.dia(1), 3)
    assert (c.saldo().data_menor_saldo, c.saldo().menor_saldo) == (c.dia(1), 3)


def test_demand_and_supply_of_one_day_meet_at_its_end(c: Cenario) -> None:
    """The projection tells the stock at the end of the day: no shortage within it."""
    produto = c.produto()
    c.pedir(produto, 5, em=2)
    c.planejar(produto, 5, em=2)
    assert c.projecao().data_ruptura is None
    assert c.saldo().data_ruptura is None


@pytest.mark.parametrize(
    ("lido", "dias"), [(None, 29), ("", 29), ("1", 1), ("365", 365), (7, 7), ("029", 29)]
)
def test_a_window_is_read(lido: object, dias: int) -> None:
    assert projecoes.dias_lidos(lido) == dias


@pytest.mark.parametrize("lido", ["0", "366", "-1", "1.0", "x", " 7", "٧", "99999", True, [7]])
def test_a_window_that_is_none_is_refused(lido: object) -> None:
    with pytest.raises(ErroDeValidacao) as erro:
        projecoes.dias_lidos(lido)
    assert (erro.value.code, erro.value.field) == ("valor_invalido", "dias")


def test_an_unknown_product_is_unknown_to_every_reader(c: Cenario) -> None:
    for ler in (
        projecoes.projecao_exata,
        projecoes.projecao_com_causas,
        projecoes.projecao_simulada,
        projecoes.sugestao_de_compra,
    ):
        with pytest.raises(NaoEncontrado) as erro:
            ler(empresa=c.empresa, cod_produto="NADA")
        assert (erro.value.code, erro.value.field) == ("produto_desconhecido", "cod_produto")


# --- what if


def test_what_if_treats_hypothetical_plans_as_real_ones(c: Cenario) -> None:
    """The same plans, first supposed and then made, give the same projection; past ones included."""
    produto = c.produto()
    c.mover(produto, 10)
    c.pedir(produto, 3, em=1)
    pedidos = [(Decimal(4), c.dia(-6)), (Decimal("2.5"), c.dia(2)), (Decimal(1), c.dia(2))]
    entradas = [(Decimal(9), c.dia(-1)), (Decimal(5), c.dia(3)), (Decimal(7), c.dia(40))]
    suposta = projecoes.projecao_simulada(
        empresa=c.empresa, cod_produto="A", carteira=pedidos, producao=entradas, dias=10
    )
    assert (CarteiraPrincipal.objects.count(), ProgramacaoProducao.objects.count()) == (1, 0)
    assert _saldos(c.projecao(dias=3)) == [10, 7, 7]
    for quanto, data in pedidos:
        c.pedir(produto, quanto, em=(data - c.dia(0)).days)
    for quanto, data in entradas:
        c.planejar(produto, quanto, em=(data - c.dia(0)).days)
    assert c.projecao(dias=10) == suposta


# --- what to get by when


def test_the_suggestion_gets_as_little_as_late_as_the_minimum_allows(c: Cenario) -> None:
    produto = c.produto(estoque_minimo="2")
    c.mover(produto, 10)
    c.pedir(produto, 9, em=3)
    c.pedir(produto, 4, em=6)
    c.planejar(produto, 5, em=8)
    c.pedir(produto, 5, em=10)
    sugestao = projecoes.sugestao_de_compra(empresa=c.empresa, cod_produto="A")
    # 1 is left on day 3, so 1 is missing; 4 more go on day 6; day 10 only takes what day 8 brings.
    assert sugestao.itens == ((c.dia(3), Decimal(1)), (c.dia(6), Decimal(4)))
    assert (sugestao.quantidade, sugestao.estoque_minimo) == (5, 2)


def test_nothing_is_suggested_where_the_window_stays_at_the_minimum(c: Cenario) -> None:
    produto = c.produto(estoque_minimo="2")
    c.mover(produto, 10)
    c.pedir(produto, 8, em=3)
    sugestao = projecoes.sugestao_de_compra(empresa=c.empresa, cod_produto="A")
    assert (sugestao.itens, sugestao.quantidade) == ((), 0)


def test_below_the_minimum_today_is_to_be_got_today(c: Cenario) -> None:
    c.produto(estoque_minimo="3")
    sugestao = projecoes.sugestao_de_compra(empresa=c.empresa, cod_produto="A")
    assert sugestao.itens == ((c.dia(0), Decimal(3)),)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    planos=st.lists(
        st.tuples(st.booleans(), st.integers(1, 40), st.integers(-3, 32)), min_size=1, max_size=8
    ),
    minimo=st.integers(0, 9),
)
def test_the_suggestion_followed_keeps_the_minimum_and_not_a_gram_more(
    c: Cenario, planos: list[tuple[bool, int, int]], minimo: int
) -> None:
    codigo = f"S{c.empresa.pk}-{next(_NUMEROS)}"
    produto = c.produto(codigo, estoque_minimo=minimo)
    for entra, quanto, em in planos:
        (c.planejar if entra else c.pedir)(produto, quanto, em=em)
    itens = projecoes.sugestao_de_compra(empresa=c.empresa, cod_produto=codigo).itens

    def menor(compras: list[tuple[Decimal, date]]) -> Decimal:
        return projecoes.projecao_simulada(
            empresa=c.empresa, cod_produto=codigo, producao=compras
        ).menor.saldo

    compras = [(quanto, dia) for dia, quanto in itens]
    assert menor(compras) >= minimo
    for n, (quanto, dia) in enumerate(compras):
        outras = compras[:n] + compras[n + 1 :]
        assert menor([*outras, (quanto - Decimal("0.001"), dia)]) < minimo
        assert menor([*outras, (quanto, dia + timedelta(days=1))]) < minimo


def _contar() -> Iterator[int]:
    n = 0
    while True:
        n += 1
        yield n


_NUMEROS = _contar()


def test_days_of_cover_count_to_the_stock_out_or_by_what_usually_leaves(c: Cenario) -> None:
    produto = c.produto()
    c.mover(produto, 100, em=-100)
    assert _cobertura(c) is None
    c.mover(produto, 45, "saida", em=-10)
    # Older than 90 days, reversed, or no shipment: none of it is what usually leaves.
    c.mover(produto, 9, "saida", em=-91)
    c.mover(produto, -1, "ajuste", em=-5)
    c.estornar(c.mover(produto, 30, "saida", em=-2))
    sugestao = projecoes.sugestao_de_compra(empresa=c.empresa, cod_produto="A")
    assert sugestao.consumo_medio_diario == Decimal("0.500")
    assert sugestao.cobertura_dias == 90
    c.pedir(produto, 46, em=12)
    assert _cobertura(c) == 12


def _cobertura(c: Cenario) -> int | None:
    return projecoes.sugestao_de_compra(empresa=c.empresa, cod_produto="A").cobertura_dias


# --- who runs out


def test_the_board_lists_the_first_stock_out_first_then_by_code(c: Cenario) -> None:
    for codigo, em in (("C", 5), ("B", 2), ("A", 5), ("D", 28), ("E", 29)):
        c.pedir(c.produto(codigo), 1, em=em)
    c.mover(c.produto("F"), 1)
    achadas = projecoes.rupturas(empresa=c.empresa)
    assert [(r.cod_produto, r.data_ruptura) for r in achadas] == [
        ("B", c.dia(2)),
        ("A", c.dia(5)),
        ("C", c.dia(5)),
        ("D", c.dia(28)),
    ]
    assert [r.cod_produto for r in projecoes.rupturas(empresa=c.empresa, dias=3)] == ["B"]
    assert [r.cod_produto for r in projecoes.rupturas(empresa=c.empresa, dias=30)][-1] == "E"


def test_the_board_is_exact_with_some_products_folded_some_pending_some_outdated(c: Cenario) -> None:
    dobrado, pendente, vencido = c.produto("A"), c.produto("B"), c.produto("C")
    c.pedir(dobrado, 2, em=6)
    c.planejar(vencido, 3, em=1)
    c.pedir(vencido, 3, em=7)
    c.dobrar(dobrado, vencido)
    c.pedir(pendente, 1, em=8)
    assert _quadro(c) == [("A", c.dia(6), -2), ("B", c.dia(8), -1)]
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2), tick=False):
        # The plan of C is overdue now and counts for nothing, though nothing was folded since.
        assert _quadro(c) == [("A", c.dia(4), -2), ("C", c.dia(5), -3), ("B", c.dia(6), -1)]
    with time_machine.travel(datetime.now(UTC) + timedelta(days=7), tick=False):
        assert _quadro(c)[0] == ("A", c.dia(0), -2)


def _quadro(c: Cenario) -> list[tuple[str, date, Decimal]]:
    return [(r.cod_produto, r.data_ruptura, r.menor_saldo) for r in projecoes.rupturas(empresa=c.empresa)]


def test_the_list_and_the_hand_read_several_products_at_once(c: Cenario, outra_empresa: Empresa) -> None:
    a, b = c.produto("A"), c.produto("B")
    c.mover(a, 5)
    c.dobrar(a)
    c.mover(a, "0.5", "saida")
    c.pedir(b, 2, em=4)
    lidos = saldos_da_lista(empresa=c.empresa, produto_ids=[a.pk, b.pk, 0])
    assert {pk: (x.saldo_atual, x.disponivel, x.data_ruptura) for pk, x in lidos.items()} == {
        a.pk: (Decimal("4.5"), Decimal("4.5"), None),
        b.pk: (0, -2, c.dia(4)),
    }
    assert saldos_em_maos(empresa_id=c.empresa.pk, produto_ids=[a.pk, b.pk]) == {
        a.pk: Decimal("4.5"),
        b.pk: 0,
    }
    assert saldos_da_lista(empresa=outra_empresa, produto_ids=[a.pk]) == {}


# --- the day is the empresa's


def test_midnight_comes_to_each_empresa_in_its_own_time_zone(db: None) -> None:
    """At 02:30 UTC it is still yesterday in São Paulo, and in Rio Branco two hours longer."""
    paulista = empresa_criar(slug="sp", nome="SP", fuso="America/Sao_Paulo")
    acreana = empresa_criar(slug="ac", nome="AC", fuso="America/Rio_Branco")
    with time_machine.travel(datetime(2026, 3, 9, 12, tzinfo=UTC), tick=False):
        for empresa in (paulista, acreana):
            with escopo(empresa):
                c = Cenario(empresa)
                produto = c.produto()
                c.planejar(produto, 5, em=0)
                c.pedir(produto, 5, em=1)
                c.dobrar(produto)
    vistas = {}
    for hora in (2, 4, 6):
        with time_machine.travel(datetime(2026, 3, 10, hora, 30, tzinfo=UTC), tick=False):
            for empresa in (paulista, acreana):
                with escopo(empresa):
                    c = Cenario(empresa)
                    vistas[empresa.slug, hora] = (c.projecao(dias=2).dias[0].data.day, c.saldo().data_ruptura)
    seca = date(2026, 3, 10)
    assert vistas == {
        ("sp", 2): (9, None),
        ("ac", 2): (9, None),
        ("sp", 4): (10, seca),
        ("ac", 4): (9, None),
        ("sp", 6): (10, seca),
        ("ac", 6): (10, seca),
    }
