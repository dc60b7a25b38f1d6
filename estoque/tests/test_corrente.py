"""Every unit of demand is in exactly one stage, and nothing moves more than there is."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from estoque import services
from estoque.models import CarteiraPrincipal, MovimentacaoEstoque, Separacao
from estoque.selectors.saldos import Saldo, saldo_exato
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.errors import Conflito, ErroDeValidacao, NaoEncontrado
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
ATOR = Ator("teste")


def _produto(empresa: Empresa, cod: str = "A"):
    return services.produto_criar(empresa=empresa, ator=ATOR, cod_produto=cod, nome="Bronzina")


def _entrada(empresa: Empresa, produto, quantidade="10"):
    return services.movimentacao_registrar(
        empresa=empresa, ator=ATOR, produto=produto, tipo="entrada", quantidade=quantidade
    )


def _pedido(empresa: Empresa, produto, quantidade="6", em: int = 3) -> CarteiraPrincipal:
    return services.carteira_incluir(
        empresa=empresa,
        ator=ATOR,
        num_pedido="PED-1",
        produto=produto,
        quantidade=quantidade,
        data_entrega=_dia(empresa, em),
    )


def _dia(empresa: Empresa, em: int) -> date:
    return hoje(empresa.fuso) + timedelta(days=em)


def _etapas(saldo: Saldo) -> tuple[Decimal, ...]:
    return (saldo.saldo_atual, saldo.qtd_carteira, saldo.qtd_pre_separacao, saldo.qtd_separacao)


def _lido(empresa: Empresa, cod: str = "A") -> tuple[str, ...]:
    return tuple(str(v.normalize()) for v in _etapas(saldo_exato(empresa=empresa, cod_produto=cod)))


def test_units_go_down_the_chain_and_each_is_in_one_stage(no_escopo: Empresa) -> None:
    empresa = no_escopo
    produto = _produto(empresa)
    _entrada(empresa, produto)
    linha = _pedido(empresa, produto)
    assert _lido(empresa) == ("1E+1", "6", "0", "0")
    pre = services.pre_separar(
        empresa=empresa, ator=ATOR, carteira_id=linha.pk, quantidade="4", data=_dia(empresa, 2)
    )
    assert _lido(empresa) == ("1E+1", "2", "4", "0")
    sep = services.separar(
        empresa=empresa, ator=ATOR, pre_separacao_id=pre.pk, quantidade="3", data_expedicao=_dia(empresa, 1)
    )
    assert _lido(empresa) == ("1E+1", "2", "1", "3")
    saida = services.expedir(empresa=empresa, ator=ATOR, separacao_id=sep.pk, quantidade="2.5")
    assert (saida.tipo, saida.quantidade, saida.documento) == ("saida", Decimal("2.5"), "PED-1")
    assert _lido(empresa) == ("7.5", "2", "1", "0.5")
    services.separacao_cancelar(empresa=empresa, ator=ATOR, separacao_id=sep.pk)
    services.pre_separacao_cancelar(empresa=empresa, ator=ATOR, pre_separacao_id=pre.pk)
    assert _lido(empresa) == ("7.5", "3.5", "0", "0")
    services.carteira_cancelar(empresa=empresa, ator=ATOR, carteira_id=linha.pk)
    assert _lido(empresa) == ("7.5", "0", "0", "0")


def test_a_reversed_shipment_goes_back_to_its_separacao(no_escopo: Empresa) -> None:
    empresa = no_escopo
    produto = _produto(empresa)
    _entrada(empresa, produto)
    linha = _pedido(empresa, produto)
    sep = services.separar(empresa=empresa, ator=ATOR, carteira_id=linha.pk, data_expedicao=_dia(empresa, 0))
    saida = services.expedir(empresa=empresa, ator=ATOR, separacao_id=sep.pk)
    assert _lido(empresa) == ("4", "0", "0", "0")
    services.movimentacao_estornar(empresa=empresa, ator=ATOR, movimentacao_id=saida.pk)
    assert _lido(empresa) == ("1E+1", "0", "0", "6")
    with pytest.raises(Conflito, match="já foi estornada"):
        services.movimentacao_estornar(empresa=empresa, ator=ATOR, movimentacao_id=saida.pk)
    assert _lido(empresa) == ("1E+1", "0", "0", "6")


def test_over_production_is_real_stock_and_its_reversal_restores_the_plan(no_escopo: Empresa) -> None:
    empresa = no_escopo
    produto = _produto(empresa)
    plano = services.producao_criar(
        empresa=empresa, ator=ATOR, produto=produto, quantidade="8", data=_dia(empresa, 4)
    )
    entrada = services.producao_concluir(empresa=empresa, ator=ATOR, producao_id=plano.pk, quantidade="11")
    plano.refresh_from_db()
    assert (plano.qtd_saldo, plano.qtd_produzida) == (0, 11)
    assert _lido(empresa)[0] == "11"
    with pytest.raises(Conflito) as erro:
        services.producao_concluir(empresa=empresa, ator=ATOR, producao_id=plano.pk, quantidade="1")
    assert erro.value.code == "producao_encerrada"
    services.movimentacao_estornar(empresa=empresa, ator=ATOR, movimentacao_id=entrada.pk)
    plano.refresh_from_db()
    assert (plano.qtd_saldo, plano.qtd_produzida) == (8, 0)
    assert _lido(empresa)[0] == "0"


@pytest.mark.parametrize("quantidade", ["6.001", "1000"])
def test_taking_more_than_a_stage_holds_is_refused_and_changes_nothing(
    no_escopo: Empresa, quantidade: str
) -> None:
    empresa = no_escopo
    linha = _pedido(empresa, _produto(empresa))
    with pytest.raises(Conflito) as erro:
        services.separar(
            empresa=empresa,
            ator=ATOR,
            carteira_id=linha.pk,
            quantidade=quantidade,
            data_expedicao=_dia(empresa, 1),
        )
    assert erro.value.code == "quantidade_maior_que_saldo"
    assert not Separacao.objects.exists()
    assert _lido(empresa) == ("0", "6", "0", "0")


@pytest.mark.parametrize(
    "quantidade", ["0", "-1", "1.0001", "NaN", "Infinity", "1e3", "1000000000000000", "", None, "abc", True]
)
def test_bad_quantities_are_refused_by_name(no_escopo: Empresa, quantidade: object) -> None:
    produto = _produto(no_escopo)
    with pytest.raises(ErroDeValidacao) as erro:
        services.movimentacao_registrar(
            empresa=no_escopo, ator=ATOR, produto=produto, tipo="entrada", quantidade=quantidade
        )
    assert (erro.value.code, erro.value.field) == ("valor_invalido", "quantidade")
    assert not MovimentacaoEstoque.objects.exists()


def test_dates_out_of_range_are_refused_by_name(no_escopo: Empresa) -> None:
    produto = _produto(no_escopo)
    with pytest.raises(ErroDeValidacao) as amanha:
        services.movimentacao_registrar(
            empresa=no_escopo,
            ator=ATOR,
            produto=produto,
            tipo="entrada",
            quantidade="1",
            data=_dia(no_escopo, 1),
        )
    assert (amanha.value.code, amanha.value.field) == ("data_fora_do_intervalo", "data")
    with pytest.raises(ErroDeValidacao) as longe:
        _pedido(no_escopo, produto, em=4000)
    assert (longe.value.code, longe.value.field) == ("data_fora_do_intervalo", "data_entrega")


def test_a_movement_cannot_be_edited_by_anybody(empresa: Empresa) -> None:
    movimento = _entrada(empresa, _produto(empresa))
    with pytest.raises(IntegrityError, match="estorne"), transaction.atomic():
        MovimentacaoEstoque.objects.filter(pk=movimento.pk).update(quantidade=1)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE estoque_carteiraprincipal SET qtd_saldo = -1",
        "UPDATE estoque_carteiraprincipal SET qtd_saldo = quantidade + 1",
        "UPDATE estoque_carteiraprincipal SET quantidade = 'NaN'",
        "UPDATE estoque_carteiraprincipal SET qtd_saldo = 'NaN'",
        "INSERT INTO estoque_movimentacaoestoque (empresa_id, produto_id, tipo, quantidade, data, documento,"
        " observacao, qtd_baixada, criado_em, criado_por)"
        " SELECT empresa_id, id, 'entrada', 'NaN', now(), '', '', 0, now(), '' FROM estoque_produto",
    ],
)
def test_the_database_refuses_what_the_services_would(empresa: Empresa, sql: str) -> None:
    _pedido(empresa, _produto(empresa))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_where_negative_stock_is_forbidden_nothing_leaves_that_is_not_there(no_escopo: Empresa) -> None:
    empresa = no_escopo
    produto = _produto(empresa)
    entrada = _entrada(empresa, produto)
    services.configuracao_definir(empresa=empresa, ator=ATOR, permite_negativo=False)
    sep = services.separar(
        empresa=empresa,
        ator=ATOR,
        carteira_id=_pedido(empresa, produto, "11").pk,
        data_expedicao=_dia(empresa, 0),
    )
    with pytest.raises(Conflito) as erro:
        services.expedir(empresa=empresa, ator=ATOR, separacao_id=sep.pk)
    assert (erro.value.code, erro.value.extra["saldo_atual"]) == ("estoque_insuficiente", "10.000")
    services.expedir(empresa=empresa, ator=ATOR, separacao_id=sep.pk, quantidade="10")
    with pytest.raises(Conflito):
        services.movimentacao_estornar(empresa=empresa, ator=ATOR, movimentacao_id=entrada.pk)
    assert _lido(empresa) == ("0", "0", "0", "1")


def test_a_product_of_another_empresa_is_unknown(empresa: Empresa, outra_empresa: Empresa) -> None:
    from nucleo.escopo import escopo

    _produto(outra_empresa, "B")
    with escopo(empresa), pytest.raises(NaoEncontrado):
        saldo_exato(empresa=empresa, cod_produto="B")


def test_a_code_is_unique_within_its_empresa_only(empresa: Empresa, outra_empresa: Empresa) -> None:
    _produto(empresa)
    _produto(outra_empresa)
    with pytest.raises(Conflito, match="Já existe o produto A"):
        _produto(empresa)
