import pytest
from rest_framework.test import APIClient

from clientes.models import Cliente, CodigoSequencia, ContadorDeMunicipios, FaixaImportada
from clientes.services import clientes_criar_bloco, lote
from clientes.tests.factories import CURITIBA, LONDRINA, MANAUS, ClienteFactory, cpf
from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import ChaveIdempotencia, Empresa, RegistroAuditoria

pytestmark = pytest.mark.django_db
URL = "/api/v1/clientes/lote/"


def _ana(n: int, **mais: object) -> dict[str, object]:
    return {"nome": f"Ana {n}", "municipio_ibge": CURITIBA} | mais


def test_each_item_stands_alone(no_escopo: Empresa, ator: Ator) -> None:
    documento = cpf()
    existente = cpf()
    ClienteFactory(empresa=no_escopo, cpf_cnpj=existente)
    itens = [
        _ana(0, cpf_cnpj=documento),
        _ana(1, cpf_cnpj=documento),
        _ana(2, cpf_cnpj=existente),
        _ana(3, telefone="x"),
        "não é objeto",
        _ana(5, municipio_ibge=LONDRINA),
        _ana(6),
    ]
    saida = clientes_criar_bloco(empresa=no_escopo, ator=ator, itens=itens)
    assert [getattr(um, "codigo_cliente", None) or um.code for um in saida] == [
        "0001-0002",
        "cpf_cnpj_duplicado",
        "cpf_cnpj_duplicado",
        "telefone_invalido",
        "valor_invalido",
        "0002-0001",
        "0001-0003",
    ]
    assert saida[2].extra == {"codigo_cliente": "0001-0001"}
    assert RegistroAuditoria.objects.filter(acao="clientes_criados").count() == 1


def test_a_document_that_appears_while_the_block_is_written_costs_only_its_item(
    no_escopo: Empresa, ator: Ator, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, respostas = lote.documentos_existentes, [{}]
    monkeypatch.setattr(
        lote, "documentos_existentes", lambda **kwargs: respostas.pop() if respostas else real(**kwargs)
    )
    documento = cpf()
    ClienteFactory(empresa=no_escopo, cpf_cnpj=documento, municipio_ibge=LONDRINA)
    saida = clientes_criar_bloco(empresa=no_escopo, ator=ator, itens=[_ana(0, cpf_cnpj=documento), _ana(1)])
    assert respostas == []
    assert saida[0].code == "cpf_cnpj_duplicado"
    assert saida[1].codigo_cliente == "0002-0001"


def test_legacy_codes_are_kept_push_the_counters_and_their_ranges_are_remembered(
    no_escopo: Empresa, ator: Ator
) -> None:
    itens = [
        _ana(0, codigo_cliente="0007-0120"),
        _ana(1, codigo_cliente="0007-0100", municipio_ibge=LONDRINA),
        _ana(2),
        _ana(3, municipio_ibge=LONDRINA),
        _ana(4, codigo_cliente="0003-A00A", municipio_ibge=MANAUS),
        _ana(5, codigo_cliente="0003-0000"),
    ]
    saida = clientes_criar_bloco(empresa=no_escopo, ator=ator, itens=itens, aceitar_codigos=True)
    assert [getattr(um, "codigo_cliente", None) or um.code for um in saida] == [
        "0007-0120",
        "0007-0100",
        "0007-0121",
        "0008-0001",
        "0003-A00A",
        "codigo_invalido",
    ]
    faixas = FaixaImportada.objects.order_by("pk").values_list("numero_municipio", "de", "ate")
    assert set(faixas) == {(None, 1, 7), (7, 1, 120), (3, 1, 10010)}
    assert ContadorDeMunicipios.objects.get().ultimo_numero == 8
    repetido = clientes_criar_bloco(
        empresa=no_escopo, ator=ator, itens=[_ana(9, codigo_cliente="0007-0120")], aceitar_codigos=True
    )
    assert repetido[0].code == "codigo_duplicado"


def test_a_moved_customers_legacy_code_reserves_its_number_for_nobody(no_escopo: Empresa, ator: Ator) -> None:
    ClienteFactory(empresa=no_escopo)
    saida = clientes_criar_bloco(
        empresa=no_escopo, ator=ator, itens=[_ana(0, codigo_cliente="0005-0001")], aceitar_codigos=True
    )
    assert saida[0].codigo_cliente == "0005-0001"
    assert CodigoSequencia.objects.get(numero_municipio=5).municipio_id is None
    assert ClienteFactory(empresa=no_escopo, municipio_ibge=LONDRINA).codigo_cliente == "0006-0001"
    assert ClienteFactory(empresa=no_escopo).codigo_cliente == "0001-0002"


def test_the_api_answers_per_item_and_takes_at_most_1000(api: APIClient) -> None:
    corpo = api.post(URL, {"itens": [_ana(0), {"nome": ""}, _ana(0)]}, format="json").json()
    assert (corpo["criados"], corpo["erros"]) == (2, 1)
    assert [r["status"] for r in corpo["resultados"]] == ["criado", "erro", "criado"]
    assert corpo["resultados"][0]["codigo_cliente"] == "0001-0001"
    assert corpo["resultados"][1]["indice"] == 1
    assert corpo["resultados"][1]["code"] == "campo_obrigatorio"
    demais = api.post(URL, {"itens": [_ana(n) for n in range(1001)]}, format="json")
    assert (demais.status_code, demais.json()["code"]) == (400, "lote_muito_grande")
    assert api.post(URL, {"itens": []}, format="json").status_code == 400
    assert api.post(URL, [1], format="json").status_code == 400


def test_likely_duplicates_are_said_per_item(api: APIClient) -> None:
    api.post("/api/v1/clientes/", _ana(0, nome="Casa Souza", telefone="4133334444"), format="json")
    itens = [_ana(1, nome="Casa Sousa Ltda", telefone="41 3333-4444"), _ana(2)]
    corpo = api.post(URL, {"itens": itens}, format="json").json()
    assert {a["code"] for a in corpo["resultados"][0]["avisos"]} == {"nome_parecido", "telefone_repetido"}
    assert "avisos" not in corpo["resultados"][1]


def test_a_batch_killed_after_a_block_goes_on_behind_it(
    api: APIClient, empresa: Empresa, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clientes.api import views

    real, chamadas = views.clientes_criar_bloco, []

    def morre_no_terceiro(**kwargs):
        chamadas.append(len(kwargs["itens"]))
        if len(chamadas) == 3:
            raise SystemExit(1)
        return real(**kwargs)

    pedido = {"itens": [_ana(n) for n in range(250)]}
    chave = {"Idempotency-Key": "lote-1"}
    monkeypatch.setattr(views, "clientes_criar_bloco", morre_no_terceiro)
    with pytest.raises(SystemExit):
        api.post(URL, pedido, format="json", headers=chave)
    with escopo(empresa):
        assert Cliente.objects.count() == 200
        assert ChaveIdempotencia.objects.get().status is None
    corpo = api.post(URL, pedido, format="json", headers=chave).json()
    assert chamadas == [100, 100, 50, 50]
    assert corpo["criados"] == 250
    assert [r["codigo_cliente"] for r in corpo["resultados"]] == [f"0001-{n:04d}" for n in range(1, 251)]
    assert api.post(URL, pedido, format="json", headers=chave).json() == corpo
    assert len(chamadas) == 4
    outro = api.post(URL, {"itens": [_ana(1)]}, format="json", headers=chave)
    assert outro.json()["code"] == "idempotencia_conflito"
