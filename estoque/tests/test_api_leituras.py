"""The stock's readers: fields of the contract, lists by page and filter, and only one's own."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.serializers import Serializer
from rest_framework.test import APIClient

from estoque.api.serializers import DiaSaida
from estoque.models import EstadoCache, Produto
from estoque.selectors.projecoes import Dia
from estoque.tests.cenario import Mundo
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
BASE = "/api/v1/estoque/"


@pytest.fixture
def m(empresa: Empresa) -> Mundo:
    with escopo(empresa):
        return Mundo.montado(empresa)


def test_the_balance_has_the_contracts_fields(api: APIClient, m: Mundo) -> None:
    saldo = api.get(f"{BASE}produtos/A/1/saldo/").json()
    assert {
        k: saldo[k]
        for k in (
            "cod_produto",
            "saldo_atual",
            "qtd_carteira",
            "qtd_pre_separacao",
            "qtd_separacao",
            "disponivel",
            "data_ruptura",
            "producao_vencida",
        )
    } == {
        "cod_produto": "A/1",
        "saldo_atual": "20.000",
        "qtd_carteira": "7.000",
        "qtd_pre_separacao": "2.000",
        "qtd_separacao": "3.000",
        "disponivel": "8.000",
        "data_ruptura": None,
        "producao_vencida": "0.000",
    }
    assert {"menor_saldo", "atualizado_em", "atualizado_por", "atualizado_quanto"} <= set(saldo)


def test_the_projection_has_the_contracts_fields(api: APIClient, m: Mundo) -> None:
    projecao = api.get(f"{BASE}produtos/A/1/projecao/?dias=4").json()
    assert {"cod_produto", "saldo_inicial", "dias", "data_ruptura"} <= set(projecao)
    assert [set(dia) for dia in projecao["dias"]] == [{"data", "entradas", "saidas", "saldo"}] * 4
    assert projecao["dias"][1] == {
        "data": m.c.dia(1).isoformat(),
        "entradas": "0.000",
        "saidas": "3.000",
        "saldo": "17.000",
    }
    com = api.get(f"{BASE}produtos/A/1/projecao/?dias=4&causas=1").json()["dias"][1]["causas"]
    assert com == [
        {
            "etapa": "separacao",
            "id": m.sep,
            "documento": "PED-1",
            "quantidade": "3.000",
            "data": m.c.dia(1).isoformat(),
        }
    ]


@pytest.mark.parametrize("caminho", ["saldo", "projecao", "sugestao", ""])
def test_another_empresas_product_is_404_to_every_reader(
    outra_api: APIClient, m: Mundo, caminho: str
) -> None:
    endereco = f"{BASE}produtos/A/1/{caminho}/" if caminho else f"{BASE}produtos/A/1/"
    assert outra_api.get(endereco).status_code == 404
    assert outra_api.post(f"{BASE}produtos/A/1/simular/", {}, format="json").status_code == 404


@pytest.mark.parametrize(
    "lista", ["produtos", "movimentacoes", "carteira", "pre-separacoes", "separacoes", "producao"]
)
def test_each_list_is_paged_by_cursor_and_shows_ones_own(
    api: APIClient, outra_api: APIClient, m: Mundo, lista: str
) -> None:
    with escopo(m.c.empresa):
        outro = m.c.produto("B")
        m.c.mover(outro, 1)
        m.c.planejar(outro, 1)
        m.c.separar(m.c.pre_separar(m.c.pedir(outro, 9), 4), 2)
    pagina = api.get(f"{BASE}{lista}/?por_pagina=1").json()
    assert set(pagina) == {"next", "previous", "results"}
    assert len(pagina["results"]) == 1
    segunda = api.get(pagina["next"]).json()
    assert segunda["next"] is None
    assert segunda["results"][0]["id"] != pagina["results"][0]["id"]
    so_b = api.get(f"{BASE}{lista}/?cod_produto=B").json()["results"]
    assert [linha["cod_produto"] for linha in so_b] == ["B"]
    assert outra_api.get(f"{BASE}{lista}/").json()["results"] == []


def test_lists_filter_by_day_order_and_what_is_open(api: APIClient, m: Mundo) -> None:
    with escopo(m.c.empresa):
        fechada = m.c.pedir(Produto.objects.get(), 1, em=20, num="P-20")
    api.post(f"{BASE}carteira/{fechada.pk}/cancelar/", {}, format="json")

    def pedidos(filtro: str) -> list[str]:
        return [linha["num_pedido"] for linha in api.get(f"{BASE}carteira/?{filtro}").json()["results"]]

    assert pedidos("") == ["P-20", "PED-1"]
    assert pedidos("abertas=1") == ["PED-1"]
    assert pedidos("num_pedido=P-20") == ["P-20"]
    assert pedidos(f"data_de={m.c.dia(4)}") == ["P-20"]
    assert pedidos(f"data_ate={m.c.dia(4)}") == ["PED-1"]
    ruim = api.get(f"{BASE}carteira/?data_ate=ontem")
    assert (ruim.status_code, ruim.json()["errors"][0]["field"]) == (400, "data_ate")


def test_a_product_is_read_and_changed_but_never_its_code(api: APIClient, m: Mundo) -> None:
    mudado = api.patch(
        f"{BASE}produtos/A/1/", {"nome": "Outro", "estoque_minimo": "2.5", "cod_produto": "Z"}, format="json"
    )
    assert mudado.status_code == 200
    lido = api.get(f"{BASE}produtos/A/1/").json()
    assert (lido["cod_produto"], lido["nome"], lido["estoque_minimo"]) == ("A/1", "Outro", "2.500")
    ruim = api.patch(f"{BASE}produtos/A/1/", {"estoque_minimo": "-1"}, format="json")
    assert (ruim.status_code, ruim.json()["errors"][0]["field"]) == (400, "estoque_minimo")
    assert api.get(f"{BASE}produtos/A/1/").json() == lido


def test_while_a_load_runs_the_figures_are_unavailable_and_writing_goes_on(api: APIClient, m: Mundo) -> None:
    EstadoCache.objects.create(empresa=m.c.empresa, desligado_por="carga")
    for caminho in ("produtos/A/1/saldo/", "produtos/A/1/projecao/", "rupturas/", "produtos/A/1/sugestao/"):
        resposta = api.get(f"{BASE}{caminho}")
        assert (resposta.status_code, resposta.json()["code"]) == (503, "cache_em_reconstrucao")
    movimento = {"cod_produto": "A/1", "tipo": "entrada", "quantidade": "5"}
    assert api.post(f"{BASE}movimentacoes/", movimento, format="json").status_code == 201
    EstadoCache.objects.all().delete()
    assert api.get(f"{BASE}produtos/A/1/saldo/").json()["saldo_atual"] == "25.000"


@given(st.dates(), *[st.decimals(min_value=-(10**15), max_value=10**15, places=3, allow_nan=False)] * 3)
def test_a_day_is_written_as_its_fields_would_write_it(
    data: date, entradas: Decimal, saidas: Decimal, saldo: Decimal
) -> None:
    dia = Dia(data, entradas, saidas, saldo)
    assert DiaSaida(dia).data == Serializer.to_representation(DiaSaida(), dia)
