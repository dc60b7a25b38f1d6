"""The stock as programs see it: the contract's addresses, fields and errors."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from estoque.models import CarteiraPrincipal, MovimentacaoEstoque
from nucleo.datas import hoje
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
BASE = "/api/v1/estoque/"


def _post(api: APIClient, caminho: str, corpo: Any = None, status: int = 201, **cabecalhos: str) -> Any:
    resposta = api.post(f"{BASE}{caminho}", corpo or {}, format="json", **cabecalhos)
    assert resposta.status_code == status, resposta.content
    return resposta.json()


def _get(api: APIClient, caminho: str, status: int = 200) -> Any:
    resposta = api.get(f"{BASE}{caminho}")
    assert resposta.status_code == status, resposta.content
    return resposta.json()


@pytest.fixture
def produto(api: APIClient) -> str:
    _post(api, "produtos/", {"cod_produto": "BRZ/0.25", "nome": "Bronzina", "unidade": "JG"})
    return "BRZ/0.25"


def _em(empresa: Empresa, dias: int) -> str:
    return (hoje(empresa.fuso) + timedelta(days=dias)).isoformat()


def test_the_pick_chain_through_the_api(api: APIClient, empresa: Empresa, produto: str) -> None:
    _post(api, "movimentacoes/", {"cod_produto": produto, "tipo": "entrada", "quantidade": "10"})
    linha = _post(
        api,
        "carteira/",
        {
            "num_pedido": "ORC-2026-0001",
            "cod_produto": produto,
            "quantidade": "12",
            "data_entrega": _em(empresa, 5),
        },
    )
    assert linha["qtd_saldo"] == "12.000"
    pre = _post(api, "pre-separacoes/", {"carteira": linha["id"], "quantidade": "6", "data": _em(empresa, 4)})
    sep = _post(
        api,
        "separacoes/",
        {"pre_separacao": pre["id"], "quantidade": "5", "data_expedicao": _em(empresa, 2)},
    )
    saida = _post(api, f"separacoes/{sep['id']}/expedir/", {"quantidade": "3"})
    assert (saida["tipo"], saida["quantidade"]) == ("saida", "3.000")
    plano = _post(api, "producao/", {"cod_produto": produto, "quantidade": "4", "data": _em(empresa, 9)})
    saldo = _get(api, f"produtos/{produto}/saldo/")
    assert {k: saldo[k] for k in ("saldo_atual", "qtd_carteira", "qtd_pre_separacao", "qtd_separacao")} == {
        "saldo_atual": "7.000",
        "qtd_carteira": "6.000",
        "qtd_pre_separacao": "1.000",
        "qtd_separacao": "2.000",
    }
    assert (saldo["disponivel"], saldo["data_ruptura"]) == ("-2.000", _em(empresa, 5))
    assert saldo["producao_vencida"] == "0.000"
    projecao = _get(api, f"produtos/{produto}/projecao/?causas=1")
    assert len(projecao["dias"]) == 29
    assert [d["saldo"] for d in projecao["dias"][:10]] == [
        "7.000",
        "7.000",
        "5.000",
        "5.000",
        "4.000",
        "-2.000",
        "-2.000",
        "-2.000",
        "-2.000",
        "2.000",
    ]
    assert [c["documento"] for c in projecao["dias"][5]["causas"]] == ["ORC-2026-0001"]
    assert [c["etapa"] for c in projecao["dias"][9]["causas"]] == ["producao"]
    assert (projecao["data_ruptura"], projecao["saldo_inicial"]) == (_em(empresa, 5), "7.000")
    assert [r["cod_produto"] for r in _get(api, "rupturas/")["results"]] == [produto]
    assert _get(api, "rupturas/?dias=5")["results"] == []
    sugestao = _get(api, f"produtos/{produto}/sugestao/")
    assert sugestao["itens"] == [{"data": _em(empresa, 5), "quantidade": "2.000"}]
    entrada = _post(api, f"producao/{plano['id']}/concluir/", {"quantidade": "4"})
    assert (entrada["tipo"], entrada["quantidade"]) == ("entrada", "4.000")
    _post(api, f"movimentacoes/{entrada['id']}/estornar/")
    assert _post(api, f"movimentacoes/{entrada['id']}/estornar/", status=409)["code"] == (
        "movimentacao_ja_estornada"
    )
    assert _get(api, f"produtos/{produto}/saldo/")["saldo_atual"] == "7.000"


def test_what_if_writes_nothing(api: APIClient, empresa: Empresa, produto: str) -> None:
    corpo = {
        "carteira": [{"quantidade": "5", "data": _em(empresa, -3)}],
        "producao": [{"quantidade": "9", "data": _em(empresa, 2)}],
    }
    dias = _post(api, f"produtos/{produto}/simular/?dias=4", corpo, 200)
    assert [d["saldo"] for d in dias["dias"]] == ["-5.000", "-5.000", "4.000", "4.000"]
    assert dias["data_ruptura"] == _em(empresa, 0)
    assert [d["saldo"] for d in _get(api, f"produtos/{produto}/projecao/?dias=2")["dias"]] == ["0.000"] * 2
    assert not CarteiraPrincipal.objects.exists()


@pytest.mark.parametrize(
    ("corpo", "status", "code", "field"),
    [
        ({"tipo": "entrada", "quantidade": "1"}, 400, "campo_obrigatorio", "cod_produto"),
        (
            {"cod_produto": "NADA", "tipo": "entrada", "quantidade": "1"},
            404,
            "produto_desconhecido",
            "cod_produto",
        ),
        ({"cod_produto": "BRZ/0.25", "tipo": "x", "quantidade": "1"}, 400, "valor_invalido", "tipo"),
        (
            {"cod_produto": "BRZ/0.25", "tipo": "saida", "quantidade": "-1"},
            400,
            "valor_invalido",
            "quantidade",
        ),
        (
            {"cod_produto": "BRZ/0.25", "tipo": "saida", "quantidade": "NaN"},
            400,
            "valor_invalido",
            "quantidade",
        ),
        (
            {"cod_produto": "BRZ/0.25", "tipo": "saida", "quantidade": 10**15},
            400,
            "valor_invalido",
            "quantidade",
        ),
        (
            {"cod_produto": "BRZ/0.25", "tipo": "saida", "quantidade": ["1"]},
            400,
            "valor_invalido",
            "quantidade",
        ),
        (
            {"cod_produto": "BRZ/0.25", "tipo": "saida", "quantidade": "1", "data": "2026-02-30"},
            400,
            "data_invalida",
            "data",
        ),
        (
            {"cod_produto": "BRZ/0.25", "tipo": "saida", "quantidade": "1", "data": "2199-01-01"},
            400,
            "data_fora_do_intervalo",
            "data",
        ),
    ],
)
def test_bad_movements_are_refused_by_name(
    api: APIClient, produto: str, corpo: dict[str, Any], status: int, code: str, field: str
) -> None:
    erro = _post(api, "movimentacoes/", corpo, status)
    assert (erro["code"], erro["errors"][0]["field"]) == (code, field)
    assert not MovimentacaoEstoque.objects.exists()


def test_another_empresas_rows_do_not_exist(
    api: APIClient, outra_api: APIClient, empresa: Empresa, produto: str
) -> None:
    feito = _post(api, "movimentacoes/", {"cod_produto": produto, "tipo": "entrada", "quantidade": "1"})
    assert _post(outra_api, f"movimentacoes/{feito['id']}/estornar/", status=404)["status"] == 404
    assert _get(outra_api, f"produtos/{produto}/saldo/", 404)["code"] == "produto_desconhecido"
    assert _get(outra_api, "movimentacoes/")["results"] == []
    assert MovimentacaoEstoque.objects.count() == 1


def test_the_same_request_twice_is_done_once(api: APIClient, produto: str) -> None:
    corpo = {"cod_produto": produto, "tipo": "entrada", "quantidade": "2"}
    um = _post(api, "movimentacoes/", corpo, HTTP_IDEMPOTENCY_KEY="k1")
    assert _post(api, "movimentacoes/", corpo, HTTP_IDEMPOTENCY_KEY="k1") == um
    outro = _post(api, "movimentacoes/", corpo | {"quantidade": "3"}, 409, HTTP_IDEMPOTENCY_KEY="k1")
    assert outro["code"] == "idempotencia_conflito"
    assert _get(api, f"produtos/{produto}/saldo/")["saldo_atual"] == "2.000"


def test_in_a_batch_each_item_stands_alone(api: APIClient, produto: str) -> None:
    itens = [
        {"cod_produto": produto, "tipo": "entrada", "quantidade": "5"},
        {"cod_produto": "NADA", "tipo": "entrada", "quantidade": "5"},
        {"cod_produto": produto, "tipo": "ajuste", "quantidade": "-1.5"},
        {"cod_produto": produto, "tipo": "ajuste", "quantidade": "0"},
        "lixo",
        {"cod_produto": "\x00", "tipo": "entrada", "quantidade": "5"},
    ]
    feito = _post(api, "movimentacoes/lote/", {"itens": itens}, 200)
    assert (feito["criados"], feito["erros"]) == (2, 4)
    assert [r.get("code") for r in feito["resultados"]] == [
        None,
        "produto_desconhecido",
        None,
        "valor_invalido",
        "valor_invalido",
        "texto_invalido",
    ]
    assert _get(api, f"produtos/{produto}/saldo/")["saldo_atual"] == "3.500"


def test_a_batch_above_the_limit_is_refused(api: APIClient, produto: str) -> None:
    erro = _post(api, "movimentacoes/lote/", {"itens": [{}] * 1001}, 400)
    assert erro["code"] == "lote_muito_grande"


@pytest.mark.parametrize("dias", ["0", "366", "-1", "x", "1.5", "９"])
def test_a_window_has_1_to_365_days(api: APIClient, produto: str, dias: str) -> None:
    erro = _get(api, f"produtos/{produto}/projecao/?dias={dias}", 400)
    assert (erro["code"], erro["errors"][0]["field"]) == ("valor_invalido", "dias")


@pytest.mark.parametrize("etapa", ["carteira", "pre-separacoes", "separacoes", "producao"])
def test_an_unknown_row_of_a_stage_is_404(api: APIClient, etapa: str) -> None:
    assert _post(api, f"{etapa}/999/cancelar/", status=404)["status"] == 404


def test_a_list_costs_the_same_number_of_queries_at_any_length(
    api: APIClient, produto: str, django_assert_num_queries: Any
) -> None:
    def contar() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as feitas:
            _get(api, "movimentacoes/")
        return len(feitas)

    item = {"cod_produto": produto, "tipo": "entrada", "quantidade": "1"}
    _post(api, "movimentacoes/lote/", {"itens": [item] * 2}, 200)
    poucas = contar()
    _post(api, "movimentacoes/lote/", {"itens": [item] * 20}, 200)
    assert contar() == poucas


@pytest.mark.parametrize("etapa", ["pre-separacoes/", "separacoes/"])
def test_an_empty_quantity_moves_nothing(api: APIClient, empresa: Empresa, produto: str, etapa: str) -> None:
    dia = _em(empresa, 3)
    pedido = {"num_pedido": "P1", "cod_produto": produto, "quantidade": "5", "data_entrega": dia}
    linha = _post(api, "carteira/", pedido)
    corpo = {"carteira": linha["id"], "quantidade": "", "data": dia, "data_expedicao": dia}
    recusada = _post(api, etapa, corpo, 400)
    assert (recusada["code"], recusada["errors"][0]["field"]) == ("campo_obrigatorio", "quantidade")
    recusada = _post(api, f"carteira/{linha['id']}/cancelar/", {"quantidade": " "}, 400)
    assert recusada["errors"][0]["field"] == "quantidade"
    [igual] = _get(api, "carteira/")["results"]
    assert igual == linha


def test_filters_that_say_nothing_do_not_list_everything(
    api: APIClient, empresa: Empresa, produto: str
) -> None:
    pedido = {"num_pedido": "P1", "cod_produto": produto, "quantidade": "5", "data_entrega": _em(empresa, 3)}
    linha = _post(api, "carteira/", pedido)
    _post(api, f"carteira/{linha['id']}/cancelar/", {}, 200)
    assert len(_get(api, "carteira/?abertas=0")["results"]) == 1
    assert _get(api, "carteira/?abertas=1")["results"] == []
    assert _get(api, "carteira/?abertas=x", 400)["errors"][0]["field"] == "abertas"
    assert _get(api, "carteira/?num_pedido=%00")["results"] == []
    assert _get(api, "movimentacoes/?abertas=1")["results"] == []
    assert _get(api, "produtos/?ativo=x", 400)["errors"][0]["field"] == "ativo"
    assert _get(api, "produtos/?ativo=false")["results"] == []
