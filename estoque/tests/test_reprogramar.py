"""Changing planned dates: the projection follows at once, and only open rows may move."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from estoque.models import CarteiraPrincipal
from estoque.selectors.validacao import divergencias
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa, RegistroAuditoria

pytestmark = pytest.mark.django_db
BASE = "/api/v1/estoque/"
ETAPAS = ["carteira", "pre-separacoes", "separacoes", "producao"]


def _em(empresa: Empresa, dias: int) -> str:
    return (hoje(empresa.fuso) + timedelta(days=dias)).isoformat()


def _post(api: APIClient, caminho: str, corpo: Any, status: int = 201) -> Any:
    resposta = api.post(f"{BASE}{caminho}", corpo, format="json")
    assert resposta.status_code == status, resposta.content
    return resposta.json()


def _saldos(api: APIClient, dias: int) -> list[str]:
    return [d["saldo"] for d in api.get(f"{BASE}produtos/A/projecao/?dias={dias}").json()["dias"]]


@pytest.fixture
def linhas(api: APIClient, empresa: Empresa) -> dict[str, int]:
    """One row per stage: 5 on order, 3 pré-separados and 2 separados leave on day 1; 4 come in on day 1."""
    dia = _em(empresa, 1)
    _post(api, "produtos/", {"cod_produto": "A", "nome": "Anel"})
    pedido = {"num_pedido": "P", "cod_produto": "A", "quantidade": "10", "data_entrega": dia}
    linha = _post(api, "carteira/", pedido)["id"]
    pre = _post(api, "pre-separacoes/", {"carteira": linha, "quantidade": "3", "data": dia})["id"]
    sep = {"carteira": linha, "quantidade": "2", "data_expedicao": dia}
    plano = {"cod_produto": "A", "quantidade": "4", "data": dia}
    return {
        "carteira": linha,
        "pre-separacoes": pre,
        "separacoes": _post(api, "separacoes/", sep)["id"],
        "producao": _post(api, "producao/", plano)["id"],
    }


@pytest.mark.parametrize(
    ("etapa", "campo", "depois"),
    [
        ("carteira", "data_entrega", ["0.000", "-1.000", "-6.000", "-6.000"]),
        ("pre-separacoes", "data", ["0.000", "-3.000", "-6.000", "-6.000"]),
        ("separacoes", "data_expedicao", ["0.000", "-4.000", "-6.000", "-6.000"]),
        ("producao", "data", ["0.000", "-10.000", "-6.000", "-6.000"]),
    ],
)
def test_a_stage_moves_to_another_day_and_the_projection_with_it(
    api: APIClient, empresa: Empresa, linhas: dict[str, int], etapa: str, campo: str, depois: list[str]
) -> None:
    assert _saldos(api, 4) == ["0.000", "-6.000", "-6.000", "-6.000"]
    for _ in range(2):
        feito = _post(api, f"{etapa}/{linhas[etapa]}/reprogramar/", {"data": _em(empresa, 2)}, 200)
        assert feito[campo] == _em(empresa, 2)
    assert _saldos(api, 4) == depois
    registro = RegistroAuditoria.objects.get(acao__endswith="_reprogramada")
    assert (registro.de, registro.para) == (_em(empresa, 1), _em(empresa, 2))
    with escopo(empresa):
        assert divergencias(empresa=empresa) == []


@pytest.mark.parametrize(
    ("corpo", "code"),
    [
        ({}, "campo_obrigatorio"),
        ({"data": "2026-02-30"}, "data_invalida"),
        ({"data": 7}, "data_invalida"),
        ({"data": "2199-01-01"}, "data_fora_do_intervalo"),
    ],
)
@pytest.mark.parametrize("etapa", ETAPAS)
def test_a_day_that_is_none_is_refused_and_nothing_moves(
    api: APIClient, linhas: dict[str, int], etapa: str, corpo: dict[str, Any], code: str
) -> None:
    erro = _post(api, f"{etapa}/{linhas[etapa]}/reprogramar/", corpo, 400)
    assert (erro["code"], erro["errors"][0]["field"]) == (code, "data")
    assert _saldos(api, 2) == ["0.000", "-6.000"]


def test_a_row_with_nothing_left_keeps_its_date(
    api: APIClient, empresa: Empresa, linhas: dict[str, int]
) -> None:
    _post(api, f"carteira/{linhas['carteira']}/cancelar/", {}, 200)
    erro = _post(api, f"carteira/{linhas['carteira']}/reprogramar/", {"data": _em(empresa, 2)}, 409)
    assert erro["code"] == "nada_a_reprogramar"
    assert CarteiraPrincipal.objects.get().data_entrega.isoformat() == _em(empresa, 1)


@pytest.mark.parametrize("etapa", ETAPAS)
def test_another_empresas_row_does_not_move(
    api: APIClient, outra_api: APIClient, empresa: Empresa, linhas: dict[str, int], etapa: str
) -> None:
    _post(outra_api, f"{etapa}/{linhas[etapa]}/reprogramar/", {"data": _em(empresa, 2)}, 404)
    assert _saldos(api, 2) == ["0.000", "-6.000"]
