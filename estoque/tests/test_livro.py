"""The ledger's services: what goes in, what reverses it, and many at once."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from estoque import services
from estoque.models import CarteiraPrincipal, MovimentacaoEstoque, ProgramacaoProducao
from estoque.selectors.validacao import divergencias
from estoque.tests.cenario import Cenario
from estoque.tests.ingenuo import conservada
from nucleo.errors import Conflito, ErroDeNegocio, ErroDeValidacao, NaoEncontrado
from nucleo.models import Empresa, RegistroAuditoria

pytestmark = pytest.mark.django_db


@pytest.fixture
def c(no_escopo: Empresa) -> Cenario:
    return Cenario(no_escopo)


def _codigo(trabalho: Any) -> str:
    with pytest.raises(ErroDeNegocio) as erro:
        trabalho()
    return erro.value.code


def test_a_back_dated_movement_counts_today_and_keeps_its_date(c: Cenario) -> None:
    produto = c.produto()
    antigo = c.mover(produto, 7, em=-400)
    assert (antigo.data, antigo.criado_por) == (c.dia(-400), "teste")
    assert c.etapas() == ("7", "0", "0", "0")
    assert [dia.saldo for dia in c.projecao(dias=2).dias] == [7, 7]


def test_the_day_of_a_movement_is_the_empresas(c: Cenario) -> None:
    """At 01:00 UTC it is still yesterday in São Paulo: UTC's date lies in the future there."""
    produto = c.produto()
    with time_machine.travel(datetime(2026, 7, 2, 1, tzinfo=UTC), tick=False):
        assert c.mover(produto, 1).data.isoformat() == "2026-07-01"
        with pytest.raises(ErroDeValidacao) as erro:
            services.movimentacao_registrar(
                **c.comum, produto=produto, tipo="entrada", quantidade=1, data="2026-07-02"
            )
    assert (erro.value.code, erro.value.field) == ("data_fora_do_intervalo", "data")
    assert MovimentacaoEstoque.objects.count() == 1


@pytest.mark.parametrize(
    ("tipo", "quanto", "inverso", "de_volta"),
    [
        ("entrada", 4, "saida", 4),
        ("saida", 4, "entrada", 4),
        ("ajuste", -4, "ajuste", 4),
        ("ajuste", 4, "ajuste", -4),
    ],
)
def test_each_kind_is_reversed_by_its_opposite_once(
    c: Cenario, tipo: str, quanto: int, inverso: str, de_volta: int
) -> None:
    produto = c.produto()
    original = c.mover(produto, quanto, tipo, em=-3)
    estorno = c.estornar(original)
    assert (estorno.tipo, estorno.quantidade, estorno.data) == (inverso, de_volta, c.dia(0))
    assert (estorno.estorno_de_id, estorno.observacao) == (
        original.pk,
        f"Estorno da movimentação {original.pk}",
    )
    assert c.etapas() == ("0", "0", "0", "0")
    assert _codigo(lambda: c.estornar(original)) == "movimentacao_ja_estornada"
    assert _codigo(lambda: c.estornar(estorno)) == "estorno_nao_se_estorna"
    assert MovimentacaoEstoque.objects.count() == 2
    registro = RegistroAuditoria.objects.get(acao="movimentacao_estornada")
    assert registro.para == str(estorno.pk)


def test_a_movement_of_another_empresa_is_not_reversed(c: Cenario, outra_empresa: Empresa) -> None:
    movimento = c.mover(c.produto(), 1)
    with pytest.raises(NaoEncontrado):
        services.movimentacao_estornar(
            empresa=outra_empresa, ator=c.comum["ator"], movimentacao_id=movimento.pk
        )
    assert MovimentacaoEstoque.objects.count() == 1


def test_of_a_shipment_in_two_parts_each_is_reversed_for_itself(c: Cenario) -> None:
    produto = c.produto()
    c.mover(produto, 10)
    linha = c.pedir(produto, 8)
    separacao = c.separar(linha, 6)
    primeira, segunda = c.expedir(separacao, 2), c.expedir(separacao)
    assert c.etapas() == ("4", "2", "0", "0")
    c.estornar(segunda)
    assert c.etapas() == ("8", "2", "0", "4")
    # What came back may go back to the order line, and the first part still be reversed after it.
    services.separacao_cancelar(**c.comum, separacao_id=separacao.pk)
    c.estornar(primeira)
    assert c.etapas() == ("10", "6", "0", "2")
    assert conservada(CarteiraPrincipal.objects.get())
    assert divergencias(empresa=c.empresa) == []


def test_production_in_parts_beyond_the_plan_is_reversed_to_the_plan_and_not_above(c: Cenario) -> None:
    plano = c.planejar(c.produto(), 8)
    parte, demais = c.concluir(plano, 5), c.concluir(plano, 7)
    assert (parte.qtd_baixada, demais.qtd_baixada) == (5, 3)
    assert c.etapas()[0] == "12"
    c.estornar(demais)
    plano.refresh_from_db()
    assert (plano.qtd_saldo, plano.qtd_produzida) == (3, 5)
    services.producao_cancelar(**c.comum, producao_id=plano.pk, quantidade="1")
    c.estornar(parte)
    plano.refresh_from_db()
    assert (plano.qtd_saldo, plano.qtd_produzida, plano.qtd_cancelada) == (7, 0, 1)
    assert c.etapas()[0] == "0"
    assert divergencias(empresa=c.empresa) == []


def test_a_cancelled_plan_is_not_concluded(c: Cenario) -> None:
    plano = c.planejar(c.produto(), 8)
    services.producao_cancelar(**c.comum, producao_id=plano.pk)
    assert _codigo(lambda: c.concluir(plano, 1)) == "producao_encerrada"
    assert _codigo(lambda: services.producao_cancelar(**c.comum, producao_id=plano.pk)) == "nada_a_mover"
    assert ProgramacaoProducao.objects.get().qtd_cancelada == 8
    assert not MovimentacaoEstoque.objects.exists()


def test_many_at_once_are_admitted_in_their_order_where_negative_stock_is_forbidden(c: Cenario) -> None:
    a, b = c.produto("A"), c.produto("B")
    c.mover(a, 5)
    c.proibir_negativo()

    def item(produto: str, tipo: str, quanto: str) -> dict[str, str]:
        return {"cod_produto": produto, "tipo": tipo, "quantidade": quanto}

    feitos = services.movimentacoes_registrar(
        **c.comum,
        itens=[
            item("A", "saida", "4"),
            item("A", "saida", "2"),
            item("A", "ajuste", "-1"),
            item("B", "saida", "1"),
            item("B", "entrada", "3"),
            item("B", "saida", "3"),
            item("A", "saida", "0.001"),
        ],
    )
    assert [f.code if isinstance(f, Conflito) else "ok" for f in feitos] == [
        "ok",
        "estoque_insuficiente",
        "ok",
        "estoque_insuficiente",
        "ok",
        "ok",
        "estoque_insuficiente",
    ]
    recusa = feitos[1]
    assert isinstance(recusa, Conflito)
    assert recusa.detail == "Estoque insuficiente: há 1 e a empresa não permite saldo negativo."
    assert (c.etapas("A")[0], c.etapas("B")[0]) == ("0", "0")
    assert b.cod_produto == "B"


def test_what_is_already_negative_may_only_rise_where_it_is_forbidden(c: Cenario) -> None:
    produto = c.produto()
    c.mover(produto, 5, "saida")
    c.proibir_negativo()
    assert _codigo(lambda: c.mover(produto, "0.001", "saida")) == "estoque_insuficiente"
    c.mover(produto, 2)
    assert c.saldo().saldo_atual == -3
    assert _codigo(lambda: c.mover(produto, -1, "ajuste")) == "estoque_insuficiente"
    services.configuracao_definir(**c.comum, permite_negativo=True)
    c.mover(produto, 1, "saida")
    assert c.saldo().saldo_atual == -4


def test_the_lines_of_an_order_come_in_all_or_none(c: Cenario) -> None:
    a, b = c.produto("A"), c.produto("B")
    comum = {**c.comum, "num_pedido": "P", "data_entrega": c.dia(2)}
    with pytest.raises(ErroDeValidacao):
        services.carteira_incluir_varios(**comum, itens=[(a, Decimal(1)), (b, Decimal(0))])
    assert not CarteiraPrincipal.objects.exists()
    linhas = services.carteira_incluir_varios(**comum, itens=[(a, Decimal(1)), (b, Decimal(2))])
    assert [(linha.pk is not None, linha.qtd_saldo) for linha in linhas] == [(True, 1), (True, 2)]
    assert (c.etapas("A")[1], c.etapas("B")[1]) == ("1", "2")


def test_each_step_of_the_chain_leaves_its_trace(c: Cenario) -> None:
    produto = c.produto()
    linha = c.pedir(produto, 9)
    pre = c.pre_separar(linha, 5)
    c.expedir(c.separar(pre, 2), 1)
    services.pre_separacao_cancelar(**c.comum, pre_separacao_id=pre.pk, quantidade="1")
    services.carteira_cancelar(**c.comum, carteira_id=linha.pk, quantidade="2")
    passos = RegistroAuditoria.objects.order_by("pk").values_list("acao", "para")
    assert list(passos)[1:] == [
        ("pre_separado", "5.000"),
        ("separado", "2.000"),
        ("expedido", "1.000"),
        ("preseparacaoitem_cancelada", "1.000"),
        ("carteira_cancelada", "2.000"),
    ]
