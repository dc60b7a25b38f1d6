"""Through `POST /api/v1/estoque/produtos/`: the smallest creating call of the product."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import ChaveIdempotencia, Empresa
from nucleo.services.chaves import chave_criar
from nucleo.tasks import limpar_idempotencia
from nucleo.tests.processos import correr

CAMINHO = "/api/v1/estoque/produtos/"
PRODUTO = {"cod_produto": "P1", "nome": "Pistão", "unidade": "UN"}


def _contar(api: APIClient) -> int:
    return len(api.get(CAMINHO).json()["results"])


@pytest.mark.django_db
def test_the_same_key_and_body_answer_the_first_answer_again(api: APIClient) -> None:
    primeira = api.post(CAMINHO, PRODUTO, format="json", headers={"Idempotency-Key": "k"})
    segunda = api.post(CAMINHO, PRODUTO, format="json", headers={"Idempotency-Key": "k"})
    assert (primeira.status_code, segunda.status_code) == (201, 201)
    assert primeira.content == segunda.content
    assert _contar(api) == 1


@pytest.mark.django_db
def test_a_body_that_no_encoding_takes_is_refused_under_a_key_too(api: APIClient) -> None:
    resposta = api.post(
        CAMINHO,
        b'{"cod_produto": "P1", "nome": "\\ud800", "unidade": "UN"}',
        content_type="application/json",
        headers={"Idempotency-Key": "k"},
    )
    assert resposta.status_code == 400
    assert resposta.json()["errors"][0]["field"] == "nome"
    assert _contar(api) == 0


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_a_conflict(api: APIClient) -> None:
    api.post(CAMINHO, PRODUTO, format="json", headers={"Idempotency-Key": "k"})
    resposta = api.post(
        CAMINHO, PRODUTO | {"cod_produto": "P2"}, format="json", headers={"Idempotency-Key": "k"}
    )
    assert resposta.status_code == 409
    assert resposta.json()["code"] == "idempotencia_conflito"
    assert _contar(api) == 1


@pytest.mark.django_db
def test_a_refused_request_may_be_corrected_under_the_same_key(api: APIClient) -> None:
    cabecalho = {"Idempotency-Key": "k"}
    recusada = api.post(CAMINHO, PRODUTO | {"nome": ""}, format="json", headers=cabecalho)
    assert recusada.status_code == 400
    assert not ChaveIdempotencia.objects.exists()
    assert api.post(CAMINHO, PRODUTO, format="json", headers=cabecalho).status_code == 201


@pytest.mark.django_db
def test_the_same_key_in_another_empresa_is_another_key(api: APIClient, outra_api: APIClient) -> None:
    for cliente in (api, outra_api):
        resposta = cliente.post(CAMINHO, PRODUTO, format="json", headers={"Idempotency-Key": "k"})
        assert resposta.status_code == 201
        assert _contar(cliente) == 1


@pytest.mark.concorrencia
@pytest.mark.django_db(transaction=True)
def test_two_identical_requests_at_once_are_done_once(empresa: Empresa, ator: Ator) -> None:
    with escopo(empresa):
        _, texto = chave_criar(empresa=empresa, nome="corrida", ator=ator)
    for rodada in range(2):
        pedido = {
            "caminho": CAMINHO,
            "corpo": PRODUTO | {"cod_produto": f"P{rodada}"},
            "cabecalhos": {"Authorization": f"Api-Key {texto}", "Idempotency-Key": f"k{rodada}"},
        }
        respostas = correr("nucleo.tests.corridas:postar", [pedido, pedido])
        assert respostas[0] == respostas[1]
        assert respostas[0]["status"] == 201


@pytest.mark.django_db
def test_old_answers_are_forgotten_and_young_ones_kept(
    api: APIClient, outra_api: APIClient, settings: Any
) -> None:
    for cliente in (api, outra_api):
        for chave in ("velha", "nova"):
            corpo = PRODUTO | {"cod_produto": chave}
            cliente.post(CAMINHO, corpo, format="json", headers={"Idempotency-Key": chave})
    limite = timezone.now() - timedelta(days=settings.IDEMPOTENCIA_DIAS)
    ChaveIdempotencia.objects.filter(chave="velha").update(criada_em=limite - timedelta(seconds=1))
    ChaveIdempotencia.objects.filter(chave="nova").update(criada_em=limite + timedelta(minutes=1))
    for _ in range(2):
        limpar_idempotencia()
        assert list(ChaveIdempotencia.objects.values_list("chave", flat=True)) == ["nova", "nova"]
