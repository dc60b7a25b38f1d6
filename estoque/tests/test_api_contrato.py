"""The stock's part of the contract, row by row: fields, states, who may, whose it is, and how often."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from estoque.models import (
    CacheUpdateLog,
    CarteiraPrincipal,
    MovimentacaoEstoque,
    PreSeparacaoItem,
    Produto,
    ProgramacaoProducao,
    Separacao,
)
from estoque.tests.cenario import Mundo
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import usuario_criar

pytestmark = pytest.mark.django_db
BASE = "/api/v1/estoque/"
QUANTIDADE = re.compile(r"-?[0-9]+\.[0-9]{3}")
DIA = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@pytest.fixture
def m(empresa: Empresa) -> Mundo:
    with escopo(empresa):
        return Mundo.montado(empresa)


@dataclass(frozen=True)
class Chamada:
    """One POST of the contract: address, body, status, and the fields the contract names."""

    caminho: Callable[[Mundo], str]
    corpo: Callable[[Mundo], dict[str, Any]]
    status: int
    campos: tuple[str, ...]


def _vazio(_: Mundo) -> dict[str, Any]:
    return {}


def _um(_: Mundo) -> dict[str, Any]:
    return {"quantidade": "1"}


def _movimento(_: Mundo) -> dict[str, Any]:
    return {"cod_produto": "A/1", "tipo": "entrada", "quantidade": "5", "documento": "NF 1"}


def _data(m: Mundo) -> dict[str, Any]:
    return {"data": m.c.dia(7).isoformat()}


MOV = ("id", "cod_produto", "tipo", "quantidade", "data", "documento")
LINHA = ("id", "num_pedido", "cod_produto", "quantidade", "qtd_saldo", "data_entrega")
PRE = ("id", "carteira", "quantidade", "qtd_saldo", "data")
SEP = ("id", "carteira", "pre_separacao", "quantidade", "qtd_saldo", "qtd_expedida", "data_expedicao")
PLANO = ("id", "cod_produto", "quantidade", "qtd_saldo", "qtd_produzida", "data")

CHAMADAS: dict[str, Chamada] = {
    "produtos": Chamada(
        lambda m: "produtos/",
        lambda m: {"cod_produto": "NOVO", "nome": "Novo", "unidade": "UN"},
        201,
        ("id", "cod_produto", "nome", "unidade"),
    ),
    "movimentacoes": Chamada(lambda m: "movimentacoes/", _movimento, 201, MOV),
    "lote": Chamada(
        lambda m: "movimentacoes/lote/",
        lambda m: {"itens": [_movimento(m)]},
        200,
        ("criados", "erros", "resultados"),
    ),
    "estornar": Chamada(lambda m: f"movimentacoes/{m.movimento}/estornar/", _vazio, 201, MOV),
    "carteira": Chamada(
        lambda m: "carteira/",
        lambda m: {
            "num_pedido": "P-9",
            "cod_produto": "A/1",
            "quantidade": "2.5",
            "data_entrega": m.c.dia(3).isoformat(),
        },
        201,
        LINHA,
    ),
    "carteira cancelar": Chamada(lambda m: f"carteira/{m.linha}/cancelar/", _um, 200, LINHA),
    "carteira reprogramar": Chamada(lambda m: f"carteira/{m.linha}/reprogramar/", _data, 200, LINHA),
    "pre-separacoes": Chamada(
        lambda m: "pre-separacoes/", lambda m: {"carteira": m.linha, **_um(m), **_data(m)}, 201, PRE
    ),
    "pre-separacoes cancelar": Chamada(lambda m: f"pre-separacoes/{m.pre}/cancelar/", _um, 200, PRE),
    "pre-separacoes reprogramar": Chamada(lambda m: f"pre-separacoes/{m.pre}/reprogramar/", _data, 200, PRE),
    "separacoes da carteira": Chamada(
        lambda m: "separacoes/",
        lambda m: {"carteira": m.linha, **_um(m), "data_expedicao": m.c.dia(1).isoformat()},
        201,
        SEP,
    ),
    "separacoes da pré": Chamada(
        lambda m: "separacoes/",
        lambda m: {"pre_separacao": m.pre, **_um(m), "data_expedicao": m.c.dia(1).isoformat()},
        201,
        SEP,
    ),
    "separacoes cancelar": Chamada(lambda m: f"separacoes/{m.sep}/cancelar/", _um, 200, SEP),
    "separacoes reprogramar": Chamada(lambda m: f"separacoes/{m.sep}/reprogramar/", _data, 200, SEP),
    "separacoes expedir": Chamada(lambda m: f"separacoes/{m.sep}/expedir/", _um, 201, (*MOV, "separacao")),
    "producao": Chamada(
        lambda m: "producao/", lambda m: {"cod_produto": "A/1", "quantidade": "3", **_data(m)}, 201, PLANO
    ),
    "producao cancelar": Chamada(lambda m: f"producao/{m.plano}/cancelar/", _um, 200, PLANO),
    "producao reprogramar": Chamada(lambda m: f"producao/{m.plano}/reprogramar/", _data, 200, PLANO),
    "producao concluir": Chamada(lambda m: f"producao/{m.plano}/concluir/", _um, 201, (*MOV, "producao")),
}
FONTES = (MovimentacaoEstoque, CarteiraPrincipal, PreSeparacaoItem, Separacao, ProgramacaoProducao)
todas = pytest.mark.parametrize("nome", CHAMADAS)


def _chamar(api: APIClient, m: Mundo, nome: str, **cabecalhos: str) -> Any:
    chamada = CHAMADAS[nome]
    return api.post(f"{BASE}{chamada.caminho(m)}", chamada.corpo(m), format="json", **cabecalhos)


def _retrato() -> list[Any]:
    """All there is, as values: equal before and after means that nothing was written."""
    return [list(modelo.objects.order_by("pk").values()) for modelo in (Produto, CacheUpdateLog, *FONTES)]


@todas
def test_each_call_answers_its_fields_and_status(api: APIClient, m: Mundo, nome: str) -> None:
    resposta = _chamar(api, m, nome)
    assert resposta.status_code == CHAMADAS[nome].status, resposta.content
    corpo = resposta.json()
    assert set(CHAMADAS[nome].campos) <= set(corpo)
    for campo, valor in corpo.items():
        if campo.startswith("qtd_") or campo in ("quantidade", "estoque_minimo"):
            assert QUANTIDADE.fullmatch(valor), (campo, valor)
        if campo.startswith("data"):
            assert DIA.fullmatch(valor), (campo, valor)


@todas
def test_the_same_key_does_each_call_once(api: APIClient, m: Mundo, nome: str) -> None:
    um = _chamar(api, m, nome, HTTP_IDEMPOTENCY_KEY="chave-1")
    depois = _retrato()
    outro = _chamar(api, m, nome, HTTP_IDEMPOTENCY_KEY="chave-1")
    assert (outro.status_code, outro.json()) == (um.status_code, um.json())
    assert outro["Idempotency-Replayed"] == "true"
    assert _retrato() == depois


@todas
def test_the_same_key_with_another_body_is_a_conflict(api: APIClient, m: Mundo, nome: str) -> None:
    _chamar(api, m, nome, HTTP_IDEMPOTENCY_KEY="chave-1")
    depois = _retrato()
    caminho = f"{BASE}{CHAMADAS[nome].caminho(m)}"
    outro = api.post(caminho, {"quantidade": "2"}, format="json", HTTP_IDEMPOTENCY_KEY="chave-1")
    assert (outro.status_code, outro.json()["code"]) == (409, "idempotencia_conflito")
    assert _retrato() == depois


@todas
def test_another_empresas_rows_are_404_and_unchanged(outra_api: APIClient, m: Mundo, nome: str) -> None:
    antes = _retrato()
    resposta = _chamar(outra_api, m, nome)
    if nome == "produtos":
        assert resposta.status_code == 201
    elif nome == "lote":
        assert resposta.json()["resultados"][0]["code"] == "produto_desconhecido"
        assert _retrato() == antes
    else:
        assert resposta.status_code == 404, resposta.content
        assert _retrato() == antes


@todas
def test_a_perfil_that_only_sees_changes_nothing(empresa: Empresa, m: Mundo, nome: str) -> None:
    """`vendas` sees the stock; without a key or a login there is nothing at all."""
    assert _chamar(APIClient(), m, nome).status_code == 401
    pessoa = APIClient()
    usuario_criar(empresa=empresa, login="vera", perfil="vendas", senha="senha-de-teste-1")
    assert pessoa.login(username="vera", password="senha-de-teste-1")
    assert pessoa.get(f"{BASE}produtos/A/1/saldo/").status_code == 200
    antes = _retrato()
    assert _chamar(pessoa, m, nome).status_code == 403
    assert _retrato() == antes


@todas
def test_a_body_that_is_no_object_is_refused(api: APIClient, m: Mundo, nome: str) -> None:
    if nome == "estornar":  # takes no body at all
        return
    antes = _retrato()
    for corpo in ("texto", [1], 7):
        resposta = api.post(f"{BASE}{CHAMADAS[nome].caminho(m)}", corpo, format="json")
        assert resposta.status_code == 400, (corpo, resposta.content)
    assert _retrato() == antes


OBRIGATORIOS = {
    "produtos": {"cod_produto", "nome"},
    "movimentacoes": {"cod_produto", "tipo", "quantidade"},
    "lote": {"itens"},
    "carteira": {"num_pedido", "cod_produto", "quantidade", "data_entrega"},
    "pre-separacoes": {"carteira", "quantidade", "data"},
    "separacoes da carteira": {"quantidade", "data_expedicao"},
    "producao": {"cod_produto", "quantidade", "data"},
    "producao reprogramar": {"data"},
}


@pytest.mark.parametrize("nome", OBRIGATORIOS)
def test_what_is_missing_is_named_all_at_once(api: APIClient, m: Mundo, nome: str) -> None:
    antes = _retrato()
    resposta = api.post(f"{BASE}{CHAMADAS[nome].caminho(m)}", {}, format="json")
    assert (resposta.status_code, resposta.json()["code"]) == (400, "campo_obrigatorio")
    assert {erro["field"] for erro in resposta.json()["errors"]} == OBRIGATORIOS[nome]
    assert _retrato() == antes


RUINS: tuple[Any, ...] = ("0", "-1", "1.0001", "NaN", "1e2", "1,5", 10**15, True, [], {})


COM_QUANTIDADE = [
    nome for nome in CHAMADAS if not nome.endswith(("produtos", "lote", "estornar", "reprogramar"))
]


@pytest.mark.parametrize("nome", COM_QUANTIDADE)
def test_a_bad_quantity_is_refused_by_every_call_that_takes_one(api: APIClient, m: Mundo, nome: str) -> None:
    corpo = CHAMADAS[nome].corpo(m)
    antes = _retrato()
    for ruim in RUINS:
        caminho = f"{BASE}{CHAMADAS[nome].caminho(m)}"
        resposta = api.post(caminho, corpo | {"quantidade": ruim}, format="json")
        assert (resposta.status_code, resposta.json()["code"]) == (400, "valor_invalido"), ruim
        assert resposta.json()["errors"][0]["field"] == "quantidade"
    assert _retrato() == antes


@pytest.mark.parametrize(
    ("etapa", "resta"),
    [("carteira", "7.000"), ("pre-separacoes", "2.000"), ("separacoes", "3.000"), ("producao", "8.000")],
)
def test_a_stage_is_cancelled_in_part_then_wholly_then_no_more(
    api: APIClient, m: Mundo, etapa: str, resta: str
) -> None:
    pk = {"carteira": m.linha, "pre-separacoes": m.pre, "separacoes": m.sep, "producao": m.plano}[etapa]
    caminho = f"{BASE}{etapa}/{pk}/cancelar/"
    demais = api.post(caminho, {"quantidade": "8.001"}, format="json")
    assert (demais.status_code, demais.json()["code"]) == (409, "quantidade_maior_que_saldo")
    # The refusal says how much there is.
    assert demais.json()["resta"] == resta
    assert api.post(caminho, {"quantidade": "1.5"}, format="json").json()["qtd_saldo"] == (
        f"{float(resta) - 1.5:.3f}"
    )
    assert api.post(caminho, {}, format="json").json()["qtd_saldo"] == "0.000"
    nada = api.post(caminho, {}, format="json")
    assert (nada.status_code, nada.json()["code"]) == (409, "nada_a_mover")


def test_a_pick_that_is_cancelled_goes_back_to_the_order_line(api: APIClient, m: Mundo) -> None:
    api.post(f"{BASE}pre-separacoes/{m.pre}/cancelar/", {"quantidade": "0.5"}, format="json")
    api.post(f"{BASE}separacoes/{m.sep}/cancelar/", {}, format="json")
    saldo = api.get(f"{BASE}produtos/A/1/saldo/").json()
    assert {k: saldo[k] for k in ("qtd_carteira", "qtd_pre_separacao", "qtd_separacao")} == {
        "qtd_carteira": "10.500",
        "qtd_pre_separacao": "1.500",
        "qtd_separacao": "0.000",
    }


def test_an_ajuste_is_signed_and_the_others_are_not(api: APIClient, m: Mundo) -> None:
    base = {"cod_produto": "A/1", "documento": None, "observacao": None}

    def mover(tipo: str, quantidade: str) -> int:
        corpo = base | {"tipo": tipo, "quantidade": quantidade}
        return int(api.post(f"{BASE}movimentacoes/", corpo, format="json").status_code)

    assert [mover("ajuste", q) for q in ("-2.5", "1", "0", "-0.000")] == [201, 201, 400, 400]
    assert [mover(tipo, "-1") for tipo in ("entrada", "saida")] == [400, 400]
    assert api.get(f"{BASE}produtos/A/1/saldo/").json()["saldo_atual"] == "18.500"
