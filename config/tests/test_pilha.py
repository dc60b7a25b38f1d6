"""The whole job from the outside: what a new user sees after `make run`."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.tests.pilha import Pilha, corpo, pilha_no_ar

pytestmark = pytest.mark.concorrencia


@pytest.fixture(scope="module")
def pilha(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pilha]:
    with pilha_no_ar(tmp_path_factory.mktemp("pilha") / "dados") as no_ar:
        yield no_ar


def _empresa_nova(pilha: Pilha) -> dict[str, str]:
    """A company that sends through the simulator, and the headers that act as it."""
    pilha.manage("criar_empresa", "nova", "--nome", "Retífica Nova")
    pilha.ambiente["CHAVE_DO_GATEWAY"] = "segredo-do-gateway"
    pilha.manage(
        *("criar_instancia", "--empresa", "nova", "--nome", "principal", "--chave-env", "CHAVE_DO_GATEWAY"),
        *("--url", f"http://127.0.0.1:{pilha.porta_simulador}", "--por-minuto", "0"),
    )
    return pilha.chave("nova")


def _postar(pilha: Pilha, cabecalhos: dict[str, str], caminho: str, dados: object, espera: int = 201) -> Any:
    return corpo(pilha.web.post(f"/api/v1/{caminho}/", json=dados, headers=cabecalhos), espera)


def _orcamento_aprovado(pilha: Pilha, cabecalhos: dict[str, str], cliente: int) -> Any:
    """Four pistons quoted to the customer, sent and approved."""
    itens = [{"cod_produto": "PIST-01", "quantidade": "4", "preco_unitario": "120.50"}]
    orcamento = _postar(pilha, cabecalhos, "orcamentos", {"cliente": cliente, "itens": itens})
    assert orcamento["budget_number"] == f"ORC-{date.today().year}-0001"
    assert orcamento["total"] == "482.00"
    for acao in ("enviar", "aprovar"):
        versao = {"versao": orcamento["versao"]}
        orcamento = _postar(pilha, cabecalhos, f"orcamentos/{orcamento['id']}/{acao}", versao, 200)
    return orcamento


def _ciclo_vencido(pilha: Pilha, cabecalhos: dict[str, str]) -> None:
    dados = {
        "external_billing_id": "FAT-1",
        "nome": "Zé da Oficina",
        "telefone": "11987654321",
        "valor": "482.00",
        "vencimento": (date.today() - timedelta(days=1)).isoformat(),
    }
    _postar(pilha, cabecalhos, "cobranca/ciclos", dados)


def test_from_a_customer_to_a_message_that_left(pilha: Pilha) -> None:
    cabecalhos = _empresa_nova(pilha)
    dados = {"nome": "Oficina do Zé", "municipio": "São Paulo", "uf": "SP", "telefone": "11987654321"}
    cliente = _postar(pilha, cabecalhos, "clientes", dados)
    assert cliente["codigo_cliente"] == "0001-0001"
    produto = {"cod_produto": "PIST-01", "nome": "Pistão", "unidade": "UN"}
    _postar(pilha, cabecalhos, "estoque/produtos", produto)
    entrada = {"cod_produto": "PIST-01", "tipo": "entrada", "quantidade": "10"}
    _postar(pilha, cabecalhos, "estoque/movimentacoes", entrada)
    assert _orcamento_aprovado(pilha, cabecalhos, cliente["id"])["status"] == "aprovado"

    saldo = corpo(pilha.web.get("/api/v1/estoque/produtos/PIST-01/saldo/", headers=cabecalhos), 200)
    assert (saldo["saldo_atual"], saldo["qtd_carteira"], saldo["disponivel"]) == ("10.000", "4.000", "6.000")
    projecao = corpo(pilha.web.get("/api/v1/estoque/produtos/PIST-01/projecao/", headers=cabecalhos), 200)
    assert len(projecao["dias"]) == 29
    assert {dia["saldo"] for dia in projecao["dias"]} == {"6.000"}

    _ciclo_vencido(pilha, cabecalhos)

    def enviada() -> bool:
        ciclo = pilha.web.get("/api/v1/cobranca/ciclos/FAT-1/", headers=cabecalhos).json()
        return any(m["status"] in ("sent", "delivered", "read") for m in ciclo["mensagens"])

    pilha.aguardar(enviada, prazo_s=30, oque="a mensagem enviada")
    saidas = pilha.simulador.get("/_simulador/enviadas").json()
    minhas = [e for e in saidas if e["numero"] == "5511987654321"]
    assert len(minhas) == 1
    assert "482,00" in minhas[0]["texto"]


def test_the_demo_companies_have_the_same_numbers_on_both_sides(pilha: Pilha) -> None:
    numero = f"ORC-{date.today().year}-0001"
    achados = []
    for empresa in ("retifica-aurora", "retifica-rio-negro"):
        resposta = pilha.web.get(
            "/api/v1/orcamentos/", params={"budget_number": numero}, headers=pilha.chave(empresa)
        )
        achados += corpo(resposta, 200)["results"]
    assert [o["budget_number"] for o in achados] == [numero, numero]
    assert achados[0]["id"] != achados[1]["id"]


def test_sigterm_leaves_no_process_and_the_data_are_found_again(tmp_path: Path) -> None:
    dados = tmp_path / "dados"
    with pilha_no_ar(dados, CARREGAR_DEMO="0") as pilha:
        pilha.manage("criar_empresa", "fica", "--nome", "Fica")
        assert pilha.parar() == 0
        assert pilha.processos_restantes() == []
    with pilha_no_ar(dados, CARREGAR_DEMO="0") as pilha:
        assert pilha.chave("fica")["Authorization"].startswith("Api-Key ")
