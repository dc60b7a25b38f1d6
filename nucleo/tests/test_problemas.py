"""The one shape of every error of the API."""

import pytest
from rest_framework.test import APIClient

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


def test_bad_json_names_itself(api: APIClient) -> None:
    resposta = api.post("/api/v1/clientes/", "{", content_type="application/json")
    assert resposta.status_code == 400
    assert resposta.json()["code"] == "json_invalido"


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
