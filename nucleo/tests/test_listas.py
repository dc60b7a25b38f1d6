"""Pages, cursors and yes-or-no filters, through the lists of the API."""

import base64

import pytest
from rest_framework.test import APIClient

from nucleo.api.leitura import ligado
from nucleo.errors import ErroDeValidacao

pytestmark = pytest.mark.django_db
PRODUTOS = "/api/v1/estoque/produtos/"
MOVIMENTOS = "/api/v1/estoque/movimentacoes/"


def _cursor(texto: str) -> str:
    return base64.b64encode(texto.encode()).decode()


@pytest.fixture
def tres(api: APIClient) -> list[str]:
    codigos = ["A", "B", "C"]
    for codigo in codigos:
        api.post(PRODUTOS, {"cod_produto": codigo, "nome": codigo, "unidade": "UN"}, format="json")
    return codigos


def test_next_and_previous_walk_through_all(api: APIClient, tres: list[str]) -> None:
    primeira = api.get(PRODUTOS, {"por_pagina": 2}).json()
    segunda = api.get(primeira["next"]).json()
    assert [p["cod_produto"] for p in primeira["results"] + segunda["results"]] == tres
    assert (primeira["previous"], segunda["next"]) == (None, None)
    assert api.get(segunda["previous"]).json()["results"] == primeira["results"]


@pytest.mark.parametrize(
    ("lista", "cursor"),
    [
        (MOVIMENTOS, "x"),
        (MOVIMENTOS, "\x00"),
        (MOVIMENTOS, "[]"),
        (MOVIMENTOS, "\N{PILE OF POO}"),
        (MOVIMENTOS, _cursor("p=abc")),
        (MOVIMENTOS, _cursor("p=NaN")),
        (MOVIMENTOS, _cursor("p=%00")),
        (MOVIMENTOS, _cursor("r=x&p=1")),
        (MOVIMENTOS, _cursor("o=-1&p=1")),
        ("/api/v1/orcamentos/", _cursor("p=2026-01-01")),
        (PRODUTOS, _cursor("p=a%00b")),
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(api: APIClient, lista: str, cursor: str) -> None:
    resposta = api.get(lista, {"cursor": cursor})
    assert resposta.status_code == 400
    assert resposta.json()["errors"] == [
        {
            "field": "cursor",
            "code": "valor_invalido",
            "detail": "Cursor inválido; use o endereço de next ou de previous.",
        }
    ]


@pytest.mark.parametrize("tamanho", ["0", "-1", "x", "1.5", "\N{ARABIC-INDIC DIGIT THREE}", "000000000"])
def test_a_page_size_that_is_no_number_is_refused(api: APIClient, tamanho: str) -> None:
    resposta = api.get(PRODUTOS, {"por_pagina": tamanho})
    assert resposta.status_code == 400
    assert resposta.json()["errors"][0]["field"] == "por_pagina"


@pytest.mark.parametrize("tamanho", ["500", "501", "9" * 30])
def test_a_page_has_at_most_500(api: APIClient, tres: list[str], tamanho: str) -> None:
    assert len(api.get(PRODUTOS, {"por_pagina": tamanho}).json()["results"]) == 3


@pytest.mark.parametrize(
    ("texto", "lido"),
    [(None, False), ("", False), ("0", False), ("false", False), ("1", True), ("TRUE", True), ("sim", True)],
)
def test_a_switch_is_read(texto: str | None, lido: bool) -> None:
    assert ligado(texto, campo="causas") is lido


def test_a_switch_that_says_neither_is_refused() -> None:
    with pytest.raises(ErroDeValidacao, match="Informe 1 ou 0"):
        ligado("talvez", campo="causas")


@pytest.mark.parametrize("caminho", [PRODUTOS, "/api/v1/orcamentos/1/enviar/", "/api/v1/orcamentos/1/pdf/"])
def test_options_tells_the_methods_of_every_address(api: APIClient, caminho: str) -> None:
    resposta = api.options(caminho)
    assert resposta.status_code == 200
    assert {"metodos", "recebe", "responde"} == resposta.json().keys()
