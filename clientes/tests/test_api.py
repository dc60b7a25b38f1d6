import pytest
from rest_framework.test import APIClient

from clientes.models import Cliente
from clientes.tests.factories import CURITIBA, LONDRINA, ClienteFactory, cpf
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
URL = "/api/v1/clientes/"


def test_a_customer_is_created_and_read_back(api: APIClient) -> None:
    resposta = api.post(
        URL,
        {
            "nome": "Ana Lima",
            "cpf_cnpj": "529.982.247-25",
            "telefone": "11987654321",
            "municipio_ibge": 3550308,
        },
        format="json",
    )
    corpo = resposta.json()
    assert resposta.status_code == 201, corpo
    assert corpo["codigo_cliente"] == "0001-0001"
    assert (corpo["cpf_cnpj"], corpo["telefone"]) == ("52998224725", "+5511987654321")
    assert (corpo["municipio"], corpo["uf"], corpo["municipio_ibge"]) == ("São Paulo", "SP", 3550308)
    assert api.get(f"{URL}{corpo['id']}/").json() | {"avisos": []} == corpo


def test_a_repeated_document_is_409_with_the_existing_code(api: APIClient) -> None:
    dados = {"nome": "Ana", "cpf_cnpj": cpf(), "municipio_ibge": CURITIBA}
    assert api.post(URL, dados, format="json").status_code == 201
    resposta = api.post(URL, dados, format="json")
    assert resposta.status_code == 409
    assert resposta.headers["Content-Type"].startswith("application/problem+json")
    corpo = resposta.json()
    assert (corpo["code"], corpo["codigo_cliente"]) == ("cpf_cnpj_duplicado", "0001-0001")
    assert "0001-0001" in corpo["detail"]


def test_every_bad_field_is_named(api: APIClient) -> None:
    resposta = api.post(URL, {"cpf_cnpj": "1", "telefone": "987654321"}, format="json")
    corpo = resposta.json()
    assert resposta.status_code == 400
    assert {e["field"]: e["code"] for e in corpo["errors"]} == {
        "nome": "campo_obrigatorio",
        "cpf_cnpj": "cpf_cnpj_invalido",
        "telefone": "telefone_invalido",
        "municipio_ibge": "campo_obrigatorio",
    }


def test_the_same_idempotency_key_creates_once(api: APIClient) -> None:
    dados = {"nome": "Ana", "municipio_ibge": CURITIBA}
    primeira = api.post(URL, dados, format="json", headers={"Idempotency-Key": "k1"})
    segunda = api.post(URL, dados, format="json", headers={"Idempotency-Key": "k1"})
    assert (primeira.status_code, segunda.status_code) == (201, 201)
    assert primeira.json() == segunda.json()
    outra = api.post(URL, dados | {"nome": "Bia"}, format="json", headers={"Idempotency-Key": "k1"})
    assert (outra.status_code, outra.json()["code"]) == (409, "idempotencia_conflito")


def test_a_change_keeps_the_code(api: APIClient) -> None:
    criado = api.post(URL, {"nome": "Ana", "municipio_ibge": CURITIBA}, format="json").json()
    endereco = f"{URL}{criado['id']}/"
    mudado = api.patch(
        endereco,
        criado | {"nome": "Ana Maria", "municipio_ibge": LONDRINA, "municipio": "", "uf": ""},
        format="json",
    )
    assert mudado.status_code == 200, mudado.json()
    assert (mudado.json()["codigo_cliente"], mudado.json()["municipio"]) == ("0001-0001", "Londrina")
    recusado = api.patch(endereco, {"codigo_cliente": "0001-0002"}, format="json")
    assert (recusado.status_code, recusado.json()["code"]) == (400, "codigo_imutavel")


def test_lists_are_filtered(api: APIClient, empresa: Empresa) -> None:
    documento = cpf()
    with escopo(empresa):
        ClienteFactory(empresa=empresa, nome="João Conceição", cpf_cnpj=documento)
        ClienteFactory(empresa=empresa, nome="Maria", municipio_ibge=LONDRINA)

    def nomes(**filtros: object) -> list[str]:
        return [c["nome"] for c in api.get(URL, filtros).json()["results"]]

    assert nomes() == ["Maria", "João Conceição"]
    assert nomes(busca="joao conceicao") == ["João Conceição"]
    assert nomes(codigo_cliente="0002-0001") == ["Maria"]
    assert nomes(cpf_cnpj=f"{documento[:3]}.{documento[3:]}") == ["João Conceição"]
    assert nomes(municipio_ibge=LONDRINA) == ["Maria"]
    with escopo(empresa):
        Cliente.objects.filter(nome="Maria").update(ativo=False)
    assert nomes(ativo="true") == ["João Conceição"]
    assert nomes(ativo="false") == ["Maria"]
    recusado = api.get(URL, {"ativo": "talvez"})
    assert (recusado.status_code, [e["field"] for e in recusado.json()["errors"]]) == (400, ["ativo"])


def test_a_search_that_finds_more_than_it_lists_says_so(
    api: APIClient, empresa: Empresa, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escopo(empresa):
        ClienteFactory.create_batch(3, empresa=empresa)
    monkeypatch.setattr("clientes.selectors.LIMITE_DA_BUSCA", 2)
    assert api.get(URL, {"busca": "cliente", "por_pagina": 1}).json()["busca_cortada"] is True
    monkeypatch.setattr("clientes.selectors.LIMITE_DA_BUSCA", 3)
    assert "busca_cortada" not in api.get(URL, {"busca": "cliente", "por_pagina": 1}).json()


def test_a_code_of_ones_own_is_refused_not_dropped(api: APIClient, empresa: Empresa) -> None:
    dados = {"nome": "Ana", "municipio_ibge": CURITIBA, "codigo_cliente": "0001-0500"}
    recusado = api.post(URL, dados, format="json")
    assert (recusado.status_code, recusado.json()["code"]) == (400, "codigo_imutavel")
    resultado = api.post(f"{URL}lote/", {"itens": [dados]}, format="json").json()["resultados"][0]
    assert (resultado["code"], resultado["field"]) == ("codigo_imutavel", "codigo_cliente")
    with escopo(empresa):
        assert not Cliente.objects.exists()


def test_another_empresas_customer_does_not_exist_here(
    api: APIClient, outra_api: APIClient, outra_empresa: Empresa
) -> None:
    with escopo(outra_empresa):
        alheio = ClienteFactory(empresa=outra_empresa, nome="Alheio")
    assert api.get(f"{URL}{alheio.pk}/").status_code == 404
    assert api.patch(f"{URL}{alheio.pk}/", {"nome": "X"}, format="json").status_code == 404
    assert api.get(URL, {"busca": "Alheio"}).json()["results"] == []
    with escopo(outra_empresa):
        assert Cliente.objects.get().nome == "Alheio"
