from typing import Any

import pytest
from rest_framework.test import APIClient

from cobranca.api import views
from cobranca.models import Ciclo, Contato, Mensagem
from cobranca.tests.factories import dados
from nucleo.escopo import escopo
from nucleo.models import ChaveIdempotencia, Empresa

pytestmark = pytest.mark.django_db
CICLOS = "/api/v1/cobranca/ciclos/"


def test_a_charge_is_created_with_all_its_messages(api: APIClient) -> None:
    resposta = api.post(CICLOS, dados(1), format="json")
    assert resposta.status_code == 201, resposta.content
    corpo = resposta.json()
    assert corpo["status"] == "ativo"
    assert corpo["valor"] == "150.00"
    assert [m["passo"] for m in corpo["mensagens"]] == [-3, 0, 3, 7]
    assert [m["status"] for m in corpo["mensagens"]] == ["superseded", "pending", "pending", "pending"]
    assert api.get(f"{CICLOS}FAT-000001/").json()["mensagens"] == corpo["mensagens"]


def test_a_second_active_charge_with_the_same_identifier_is_refused(api: APIClient) -> None:
    api.post(CICLOS, dados(1), format="json")
    resposta = api.post(CICLOS, dados(1, valor="99.00"), format="json")
    assert (resposta.status_code, resposta.json()["code"]) == (409, "ciclo_duplicado")
    assert Ciclo.objects.count() == 1


@pytest.mark.parametrize(
    ("campo", "valor", "code"),
    [
        ("valor", "0", "valor_invalido"),
        ("valor", "-1.00", "valor_invalido"),
        ("valor", "10.001", "valor_invalido"),
        ("valor", "NaN", "valor_invalido"),
        ("valor", True, "valor_invalido"),
        ("telefone", "1133334444", "telefone_invalido"),
        ("telefone", "", "campo_obrigatorio"),
        ("telefone", "+1 212 555 0100", "telefone_invalido"),
        ("vencimento", "2026-13-40", "data_invalida"),
        ("vencimento", "1990-01-01", "data_fora_do_intervalo"),
        ("vencimento", "2099-01-01", "data_fora_do_intervalo"),
        ("nome", "x" * 10_000, "texto_invalido"),
        ("nome", "Ana\x07", "texto_invalido"),
        ("nome", None, "campo_obrigatorio"),
        ("regua", "não existe", "regua_desconhecida"),
        ("regua", 999_999, "regua_desconhecida"),
        ("external_billing_id", "x" * 101, "texto_invalido"),
        ("external_billing_id", ["a"], "texto_invalido"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_written(
    api: APIClient, campo: str, valor: object, code: str
) -> None:
    resposta = api.post(CICLOS, dados(1, **{campo: valor}), format="json")
    assert resposta.status_code == 400, resposta.content
    assert resposta.json()["code"] == code
    assert resposta.json()["errors"][0]["field"] == campo
    assert (Ciclo.objects.count(), Contato.objects.count(), Mensagem.objects.count()) == (0, 0, 0)


def test_paying_twice_is_a_conflict_and_stops_what_has_not_left(api: APIClient) -> None:
    api.post(CICLOS, dados(1), format="json")
    corpo = api.post(f"{CICLOS}FAT-000001/pagar/").json()
    assert corpo["status"] == "pago"
    assert {m["status"] for m in corpo["mensagens"]} == {"superseded", "cancelled"}
    resposta = api.post(f"{CICLOS}FAT-000001/cancelar/")
    assert (resposta.status_code, resposta.json()["code"]) == (409, "ciclo_encerrado")


def test_another_empresa_sees_nothing(api: APIClient, outra_api: APIClient, empresa: Empresa) -> None:
    api.post(CICLOS, dados(1), format="json")
    assert outra_api.get(f"{CICLOS}FAT-000001/").status_code == 404
    assert outra_api.post(f"{CICLOS}FAT-000001/pagar/").status_code == 404
    assert outra_api.get("/api/v1/cobranca/mensagens/").json()["results"] == []
    mensagem = Mensagem.objects.first()
    url = f"/api/v1/cobranca/mensagens/{mensagem.pk}/decidir/"
    assert outra_api.post(url, {"decisao": "desistir"}, format="json").status_code == 404


def test_messages_are_listed_by_status_and_charge(api: APIClient) -> None:
    api.post(CICLOS, dados(1), format="json")
    api.post(CICLOS, dados(2), format="json")
    resposta = api.get("/api/v1/cobranca/mensagens/?status=pending&ciclo=FAT-000002")
    assert {m["ciclo"] for m in resposta.json()["results"]} == {"FAT-000002"}
    assert {m["status"] for m in resposta.json()["results"]} == {"pending"}
    assert api.get("/api/v1/cobranca/mensagens/?status=x").status_code == 400


def test_a_batch_tells_new_repeated_and_bad_items_apart(api: APIClient) -> None:
    api.post(CICLOS, dados(1), format="json")
    itens = [dados(1), dados(2), dados(2), dados(3, valor="0"), "lixo", dados(4)]
    corpo = api.post(f"{CICLOS}lote/", {"itens": itens}, format="json").json()
    assert (corpo["criados"], corpo["duplicados"], corpo["erros"]) == (2, 2, 2)
    assert [r["status"] for r in corpo["resultados"]] == [
        "duplicado",
        "criado",
        "duplicado",
        "erro",
        "erro",
        "criado",
    ]
    de_novo = api.post(f"{CICLOS}lote/", {"itens": itens}, format="json").json()
    assert (de_novo["criados"], de_novo["duplicados"], de_novo["erros"]) == (0, 4, 2)


def test_a_batch_of_more_than_a_thousand_is_refused_whole(api: APIClient) -> None:
    resposta = api.post(f"{CICLOS}lote/", {"itens": [dados(1)] * 1001}, format="json")
    assert (resposta.status_code, resposta.json()["code"]) == (400, "lote_muito_grande")
    assert Ciclo.objects.count() == 0


def test_an_identifier_with_slashes_can_be_read_and_paid(api: APIClient) -> None:
    api.post(CICLOS, dados(1, external_billing_id="NF 12/2026"), format="json")
    assert api.get(f"{CICLOS}NF%2012/2026/").json()["external_billing_id"] == "NF 12/2026"
    assert api.post(f"{CICLOS}NF%2012/2026/pagar/").json()["status"] == "pago"


@pytest.mark.parametrize("url", [f"{CICLOS}a%00b/", "/api/v1/cobranca/mensagens/99999999999999999999/"])
def test_what_the_database_cannot_even_compare_is_not_found(api: APIClient, url: str) -> None:
    assert api.get(url).status_code == 404
    assert api.post(f"{CICLOS}a%00b/pagar/").status_code == 404
    assert api.get("/api/v1/cobranca/mensagens/?ciclo=a%00b").json()["results"] == []


def test_the_same_idempotency_key_answers_a_batch_twice_and_creates_once(api: APIClient) -> None:
    corpo = {"itens": [dados(1), dados(2)]}
    primeira = api.post(f"{CICLOS}lote/", corpo, format="json", headers={"Idempotency-Key": "k1"})
    segunda = api.post(f"{CICLOS}lote/", corpo, format="json", headers={"Idempotency-Key": "k1"})
    assert primeira.json() == segunda.json()
    assert Ciclo.objects.count() == 2


def test_a_batch_killed_after_a_block_goes_on_behind_it_and_doubles_nothing(
    api: APIClient, empresa: Empresa, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, chamadas = views.lote_criar_bloco, []

    def morre_no_terceiro(**kwargs: Any) -> Any:
        chamadas.append((kwargs["inicio"], kwargs["quantos"]))
        if len(chamadas) == 3:
            real(**kwargs)
            raise SystemExit(1)
        return real(**kwargs)

    itens = [dados(n) for n in range(249)] + [dados(0)]
    itens[7] = dados(7, valor="0")
    pedido, chave = {"itens": itens}, {"Idempotency-Key": "lote-1"}
    monkeypatch.setattr(views, "lote_criar_bloco", morre_no_terceiro)
    with pytest.raises(SystemExit):
        api.post(f"{CICLOS}lote/", pedido, format="json", headers=chave)
    with escopo(empresa):
        assert Ciclo.objects.count() == 199
        assert ChaveIdempotencia.objects.get().status is None
    corpo = api.post(f"{CICLOS}lote/", pedido, format="json", headers=chave).json()
    assert chamadas == [(0, 100), (100, 100), (200, 50), (200, 50)]
    assert (corpo["criados"], corpo["duplicados"], corpo["erros"]) == (248, 1, 1)
    assert [r["indice"] for r in corpo["resultados"]] == list(range(250))
    assert corpo["resultados"][249]["code"] == "duplicado_no_lote"
    assert api.post(f"{CICLOS}lote/", pedido, format="json", headers=chave).json() == corpo
    assert len(chamadas) == 4
    with escopo(empresa):
        assert Ciclo.objects.count() == 248
    outro = api.post(f"{CICLOS}lote/", {"itens": [dados(1)]}, format="json", headers=chave)
    assert (outro.status_code, outro.json()["code"]) == (409, "idempotencia_conflito")
