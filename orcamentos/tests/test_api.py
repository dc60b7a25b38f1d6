"""The contract's calls for quotes."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from clientes.tests.factories import ClienteFactory
from estoque.models import CarteiraPrincipal
from estoque.tests.factories import ProdutoFactory
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa
from orcamentos.models import Orcamento
from orcamentos.tests.factories import EnviadoFactory, OrcamentoFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/orcamentos/"


@pytest.fixture
def cliente(empresa: Empresa):
    with escopo(empresa):
        return ClienteFactory(empresa=empresa, nome="Oficina do Zé")


def corpo(alvo, **outros):
    itens = [{"descricao": "Retífica", "quantidade": "1.500", "preco_unitario": "99.99"}]
    return {"cliente": alvo.pk, "itens": itens, **outros}


def criar(api: APIClient, cliente, **outros):
    resposta = api.post(URL, corpo(cliente, **outros), format="json")
    assert resposta.status_code == 201, resposta.data
    return resposta.data


def test_creating_answers_the_whole_draft(api: APIClient, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        produto = ProdutoFactory(empresa=empresa, cod_produto="PST-1", nome="Pistão")
    itens = [
        {"cod_produto": "PST-1", "quantidade": "3", "preco_unitario": "10.35"},
        {"descricao": "Mão de obra", "quantidade": "1.5", "preco_unitario": "99.99", "desconto": "0.99"},
    ]
    dia = hoje(empresa.fuso)
    dados = criar(api, cliente, itens=itens, condicoes_pagamento="30 dias", referencia_cliente="PC 77")
    numero = f"ORC-{dia.year}-0001"
    assert {k: dados[k] for k in ("budget_number", "status", "total", "versao", "revisao", "cliente")} == {
        "budget_number": numero,
        "status": "rascunho",
        "total": "180.05",
        "versao": 1,
        "revisao": 1,
        "cliente": cliente.pk,
    }
    assert (dados["data"], dados["validade"]) == (dia.isoformat(), (dia + timedelta(days=15)).isoformat())
    assert dados["itens"] == [
        {
            "posicao": 1,
            "cod_produto": "PST-1",
            "descricao": "Pistão",
            "quantidade": "3.000",
            "preco_unitario": "10.35",
            "desconto": "0.00",
            "total": "31.05",
        },
        {
            "posicao": 2,
            "cod_produto": None,
            "descricao": "Mão de obra",
            "quantidade": "1.500",
            "preco_unitario": "99.99",
            "desconto": "0.99",
            "total": "149.00",
        },
    ]
    assert produto.nome == "Pistão"
    assert api.get(f"{URL}{dados['id']}/").data == dados


def test_the_same_idempotency_key_creates_one_quote(api: APIClient, empresa: Empresa, cliente) -> None:
    respostas = [
        api.post(URL, corpo(cliente), format="json", HTTP_IDEMPOTENCY_KEY="pedido-1") for _ in range(2)
    ]
    assert [r.status_code for r in respostas] == [201, 201]
    assert respostas[0].data["id"] == respostas[1].data["id"]
    outra = api.post(URL, corpo(cliente, observacoes="x"), format="json", HTTP_IDEMPOTENCY_KEY="pedido-1")
    assert (outra.status_code, outra.data["code"]) == (409, "idempotencia_conflito")
    with escopo(empresa):
        assert Orcamento.objects.count() == 1


def test_the_list_is_filtered_and_sorted_by_number(api: APIClient, empresa: Empresa, cliente) -> None:
    ano = hoje(empresa.fuso).year
    for data in (f"{ano}-03-01", f"{ano - 1}-12-31", f"{ano}-02-01"):
        criar(api, cliente, data=data, validade=f"{ano}-12-31")
    with escopo(empresa):
        outro = EnviadoFactory(empresa=empresa)

    def numeros(**filtro):
        return [o["budget_number"] for o in api.get(URL, filtro).data["results"]]

    assert numeros() == [
        f"ORC-{ano}-0003",
        f"ORC-{ano}-0002",
        f"ORC-{ano}-0001",
        f"ORC-{ano - 1}-0001",
    ]
    assert numeros(status="enviado") == numeros(cliente=outro.cliente_id) == [f"ORC-{ano}-0003"]
    assert numeros(budget_number=f"orc-{ano}-0002") == [f"ORC-{ano}-0002"]
    assert numeros(data_de=f"{ano}-02-01", data_ate=f"{ano}-03-01") == [f"ORC-{ano}-0002", f"ORC-{ano}-0001"]


@pytest.mark.parametrize(
    ("filtro", "code"),
    [
        ({"data_de": "2026-02-30"}, "data_invalida"),
        ({"data_ate": "0001-01-01"}, "data_fora_do_intervalo"),
        ({"status": "pago"}, "valor_invalido"),
        ({"cliente": "x"}, "valor_invalido"),
    ],
)
def test_a_filter_that_says_nothing_is_refused_by_name(api: APIClient, filtro, code) -> None:
    resposta = api.get(URL, filtro)
    assert resposta.status_code == 400
    assert [(e["field"], e["code"]) for e in resposta.data["errors"]] == [(next(iter(filtro)), code)]


def test_lines_may_be_sent_back_as_they_were_answered(api: APIClient, cliente) -> None:
    lido = criar(api, cliente, validade=None, data=None, observacoes=None, itens=[_item(cod_produto=None)])
    assert lido["itens"][0]["cod_produto"] is None
    mudado = api.patch(f"{URL}{lido['id']}/", {"versao": 1, "itens": lido["itens"]}, format="json")
    assert mudado.status_code == 200
    assert mudado.data["itens"] == lido["itens"]


def test_the_cursor_walks_across_the_ten_thousandth(api: APIClient, empresa: Empresa, cliente) -> None:
    from nucleo.ator import Ator
    from orcamentos.services.numeracao import serie_ajustar

    with escopo(empresa):
        ano = hoje(empresa.fuso).year
        serie_ajustar(empresa=empresa, ano=ano, ultimo=9997, ator=Ator("teste"))
        for _ in range(4):
            OrcamentoFactory(empresa=empresa, cliente=cliente)
    vistos, url = [], f"{URL}?por_pagina=1"
    while url:
        pagina = api.get(url).data
        vistos += [o["budget_number"][9:] for o in pagina["results"]]
        url = pagina["next"]
    assert vistos == ["10001", "10000", "9999", "9998"]


def test_a_draft_is_changed_with_the_version_that_was_read(api: APIClient, cliente) -> None:
    dados = criar(api, cliente)
    url = f"{URL}{dados['id']}/"
    sem_versao = api.patch(url, {"observacoes": "x"}, format="json")
    assert (sem_versao.status_code, sem_versao.data["errors"][0]["field"]) == (400, "versao")
    itens = [{"descricao": "Só isto", "quantidade": "2", "preco_unitario": "5.00"}]
    mudado = api.patch(url, {"versao": 1, "itens": itens, "observacoes": "Entregar cedo"}, format="json")
    assert (mudado.status_code, mudado.data["total"], mudado.data["versao"]) == (200, "10.00", 2)
    velho = api.patch(url, {"versao": 1, "observacoes": "y"}, format="json")
    assert (velho.status_code, velho.data["code"]) == (409, "versao_desatualizada")
    assert api.get(url).data["observacoes"] == "Entregar cedo"


def test_the_five_actions(api: APIClient, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        ProdutoFactory(empresa=empresa, cod_produto="A")
    itens = [{"cod_produto": "A", "quantidade": "2", "preco_unitario": "1.00"}]

    def agir(dados, nome, **corpo_):
        resposta = api.post(
            f"{URL}{dados['id']}/{nome}/", {"versao": dados["versao"], **corpo_}, format="json"
        )
        assert resposta.status_code == 200, resposta.data
        return resposta.data

    um = agir(agir(agir(criar(api, cliente, itens=itens), "enviar"), "revisar"), "enviar")
    assert (um["revisao"], um["status"]) == (2, "enviado")
    entrega = hoje(empresa.fuso) + timedelta(days=3)
    um = agir(um, "aprovar", data_entrega=entrega.isoformat())
    assert (um["status"], um["data_entrega"]) == ("aprovado", entrega.isoformat())
    with escopo(empresa):
        assert CarteiraPrincipal.objects.get().num_pedido == um["budget_number"]
    de_novo = api.post(f"{URL}{um['id']}/aprovar/", {"versao": um["versao"]}, format="json")
    assert (de_novo.status_code, de_novo.data["code"]) == (409, "estado_invalido")
    dois = agir(agir(criar(api, cliente), "enviar"), "recusar", motivo="Caro")
    assert dois["status"] == "recusado"
    assert agir(criar(api, cliente), "cancelar")["status"] == "cancelado"
    revisoes = api.get(f"{URL}{um['id']}/revisoes/").data
    assert [r["revisao"] for r in revisoes] == [2, 1]


def test_the_next_number_is_shown_and_not_consumed(api: APIClient, empresa: Empresa, cliente) -> None:
    ano = hoje(empresa.fuso).year
    for _ in range(3):
        assert api.get(f"{URL}proximo-numero/").data == {
            "proximo": f"ORC-{ano}-0001",
            "ultimo": None,
            "promessa": False,
        }
    criar(api, cliente)
    assert api.get(f"{URL}proximo-numero/?ano={ano}").data["proximo"] == f"ORC-{ano}-0002"
    assert api.get(f"{URL}proximo-numero/?ano={ano + 1}").data["proximo"] == f"ORC-{ano + 1}-0001"
    errado = api.get(f"{URL}proximo-numero/?ano=26")
    assert (errado.status_code, errado.data["errors"][0]["field"]) == (400, "ano")


def test_another_empresas_quote_is_not_found(api: APIClient, outra_empresa: Empresa) -> None:
    with escopo(outra_empresa):
        alheio = EnviadoFactory(empresa=outra_empresa)
    for caminho in ("", "pdf/", "revisoes/"):
        assert api.get(f"{URL}{alheio.pk}/{caminho}").status_code == 404
    for acao in ("enviar", "aprovar", "recusar", "cancelar", "revisar"):
        resposta = api.post(f"{URL}{alheio.pk}/{acao}/", {"versao": alheio.versao}, format="json")
        assert (resposta.status_code, resposta.data["code"]) == (404, "orcamento_nao_encontrado")
    assert api.patch(f"{URL}{alheio.pk}/", {"versao": 2}, format="json").status_code == 404
    assert api.get(URL).data["results"] == []


def test_another_empresas_customer_and_product_are_unknown(
    api: APIClient, cliente, outra_empresa: Empresa
) -> None:
    with escopo(outra_empresa):
        alheio = ClienteFactory(empresa=outra_empresa)
        ProdutoFactory(empresa=outra_empresa, cod_produto="ALHEIO")
    resposta = api.post(URL, corpo(alheio), format="json")
    assert (resposta.status_code, resposta.data["errors"][0]["field"]) == (400, "cliente")
    itens = [{"cod_produto": "ALHEIO", "quantidade": "1", "preco_unitario": "1"}]
    resposta = api.post(URL, corpo(cliente, itens=itens), format="json")
    assert resposta.status_code == 400
    assert resposta.data["errors"] == [
        {
            "field": "itens.0.cod_produto",
            "code": "produto_desconhecido",
            "detail": "Produto não encontrado nesta empresa.",
        }
    ]


def _item(**outros):
    return {"descricao": "x", "quantidade": "1", "preco_unitario": "1.00", **outros}


@pytest.mark.parametrize(
    ("mudanca", "campo", "code"),
    [
        ({"itens": []}, "itens", "campo_obrigatorio"),
        ({"itens": None}, "itens", "campo_obrigatorio"),
        ({"itens": "x"}, "itens", "valor_invalido"),
        ({"itens": [_item()] * 501}, "itens", "valor_invalido"),
        ({"itens": [_item(), _item(quantidade="0")]}, "itens.1.quantidade", "valor_invalido"),
        ({"itens": [_item(quantidade="-1")]}, "itens.0.quantidade", "valor_invalido"),
        ({"itens": [_item(quantidade="1.2345")]}, "itens.0.quantidade", "valor_invalido"),
        ({"itens": [_item(quantidade="1.234,56")]}, "itens.0.quantidade", "valor_invalido"),
        ({"itens": [_item(quantidade="NaN")]}, "itens.0.quantidade", "valor_invalido"),
        ({"itens": [_item(quantidade="10000000")]}, "itens.0.quantidade", "valor_invalido"),
        ({"itens": [_item(quantidade=True)]}, "itens.0.quantidade", "valor_invalido"),
        ({"itens": [_item(preco_unitario="-0.01")]}, "itens.0.preco_unitario", "valor_invalido"),
        ({"itens": [_item(preco_unitario="1.005")]}, "itens.0.preco_unitario", "valor_invalido"),
        ({"itens": [_item(preco_unitario="1e5")]}, "itens.0.preco_unitario", "valor_invalido"),
        ({"itens": [_item(preco_unitario=None)]}, "itens.0.preco_unitario", "campo_obrigatorio"),
        ({"itens": [_item(desconto="1.01")]}, "itens.0.desconto", "valor_invalido"),
        ({"itens": [_item(desconto="-1")]}, "itens.0.desconto", "valor_invalido"),
        ({"itens": [_item(descricao="")]}, "itens.0.descricao", "campo_obrigatorio"),
        ({"itens": [_item(descricao="a\x00b")]}, "itens.0.descricao", "valor_invalido"),
        ({"itens": [_item(descricao="a\x07b")]}, "itens.0.descricao", "texto_invalido"),
        ({"itens": [_item(descricao="a" * 201)]}, "itens.0.descricao", "valor_invalido"),
        (
            {"itens": [_item(quantidade="9999999", preco_unitario="99999999.99")] * 2},
            "itens",
            "valor_invalido",
        ),
        ({"data": "31/02/2026"}, "data", "data_invalida"),
        ({"data": "2026-02-30"}, "data", "data_invalida"),
        ({"data": "1990-01-01"}, "data", "data_fora_do_intervalo"),
        ({"data": "2199-01-01"}, "data", "data_fora_do_intervalo"),
        ({"data": 20260101}, "data", "data_invalida"),
        ({"validade": "2001-01-01"}, "validade", "data_fora_do_intervalo"),
        ({"validade": "2099-01-01"}, "validade", "data_fora_do_intervalo"),
        ({"observacoes": "a" * 4001}, "observacoes", "valor_invalido"),
        ({"referencia_cliente": "a\nb"}, "referencia_cliente", "texto_invalido"),
        ({"cliente": 0}, "cliente", "valor_invalido"),
        ({"cliente": "abc"}, "cliente", "valor_invalido"),
        ({"cliente": 2**70}, "cliente", "valor_invalido"),
        ({"cliente": None}, "cliente", "campo_obrigatorio"),
    ],
)
def test_bad_input_names_the_field_in_portuguese_and_creates_nothing(
    api: APIClient, empresa: Empresa, cliente, mudanca, campo, code
) -> None:
    resposta = api.post(URL, corpo(cliente, **mudanca), format="json")
    assert resposta.status_code == 400, resposta.data
    erro = resposta.data["errors"][0]
    assert (erro["field"], erro["code"]) == (campo, code)
    assert erro["detail"]
    with escopo(empresa):
        assert not Orcamento.objects.exists()


def test_every_bad_line_is_reported_at_once(api: APIClient, cliente) -> None:
    itens = [_item(quantidade="x"), _item(), _item(preco_unitario="y", quantidade="")]
    erros = api.post(URL, corpo(cliente, itens=itens), format="json").data["errors"]
    assert [e["field"] for e in erros] == [
        "itens.0.quantidade",
        "itens.2.quantidade",
        "itens.2.preco_unitario",
    ]


def test_the_pdf_is_served(api: APIClient, cliente) -> None:
    dados = criar(api, cliente)
    resposta = api.get(f"{URL}{dados['id']}/pdf/")
    assert (resposta.status_code, resposta["Content-Type"]) == (200, "application/pdf")
    assert resposta["Content-Disposition"] == f'inline; filename="{dados["budget_number"]}.pdf"'
    assert resposta.content.startswith(b"%PDF-")


def test_the_list_costs_the_same_number_of_queries_at_2_and_at_20(
    api: APIClient, empresa: Empresa, cliente, django_assert_max_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    contagens = []
    for _ in range(2):
        with escopo(empresa):
            for _ in range(2 if not contagens else 18):
                OrcamentoFactory(empresa=empresa)
        with CaptureQueriesContext(connection) as consultas:
            api.get(URL)
        contagens.append(len(consultas))
    assert contagens[0] == contagens[1]
