"""The one shape of every error of the API."""

import inspect

import pytest
from rest_framework import fields, relations, serializers
from rest_framework.test import APIClient

from nucleo.api.problemas import _CODIGOS

pytestmark = pytest.mark.django_db


def test_without_a_key_it_is_401_in_problem_json() -> None:
    resposta = APIClient().get("/api/v1/clientes/")
    assert resposta.status_code == 401
    assert resposta["Content-Type"] == "application/problem+json"
    assert resposta.json()["code"] == "nao_autenticado"


def test_with_a_wrong_key_it_is_401_and_says_how_to_authenticate() -> None:
    resposta = APIClient().get("/api/v1/clientes/", headers={"Authorization": "Api-Key a.b"})
    assert resposta.status_code == 401
    assert resposta["WWW-Authenticate"] == "Api-Key"


@pytest.mark.parametrize(
    ("corpo", "detalhe"),
    [
        (b"{", "O corpo não é JSON válido (linha 1, coluna 2)."),
        (b'{"nome": NaN}', "O corpo tem NaN, que não é um valor JSON."),
        (b'{"nome": -Infinity}', "O corpo tem -Infinity, que não é um valor JSON."),
        (b'{"nome": "\xe9"}', "O corpo não está em UTF-8 (byte 11)."),
        (b'{"nome": ' + b"9" * 5000 + b"}", "O corpo tem um número com algarismos demais."),
        (b'{"nome": ' + b"[" * 51 + b"]" * 51 + b"}", "O corpo tem níveis demais."),
        (b"[" * 100_000, "O corpo tem níveis demais."),
        (b" ", "O corpo está vazio; envie um objeto JSON."),
    ],
)
def test_what_is_not_json_is_refused_with_a_sentence(api: APIClient, corpo: bytes, detalhe: str) -> None:
    resposta = api.post("/api/v1/clientes/", corpo, content_type="application/json")
    assert (resposta.status_code, resposta["Content-Type"]) == (400, "application/problem+json")
    assert (resposta.json()["code"], resposta.json()["detail"]) == ("json_invalido", detalhe)


def test_no_code_of_the_framework_reaches_the_outside() -> None:
    classes = [c for m in (fields, relations, serializers) for _, c in inspect.getmembers(m, inspect.isclass)]
    campos = [classe for classe in classes if issubclass(classe, fields.Field)]
    codigos = {codigo for campo in campos for codigo in getattr(campo, "default_error_messages", {})}
    assert "not_a_list" in codigos
    assert codigos - _CODIGOS.keys() == set()


def test_a_missing_field_is_named_with_its_code(api: APIClient) -> None:
    corpo = api.post("/api/v1/clientes/", {}, format="json").json()
    assert corpo["status"] == 400
    assert {"field": "nome", "code": "campo_obrigatorio"}.items() <= corpo["errors"][0].items()


def test_an_unknown_row_is_404_in_problem_json(api: APIClient) -> None:
    resposta = api.get("/api/v1/clientes/999999/")
    assert resposta.status_code == 404
    assert resposta["Content-Type"] == "application/problem+json"
    assert resposta.json()["code"] == "nao_encontrado"


def test_a_method_that_is_not_offered_is_405(api: APIClient) -> None:
    resposta = api.delete("/api/v1/clientes/")
    assert resposta.status_code == 405
    assert resposta.json()["code"] == "metodo_nao_permitido"
