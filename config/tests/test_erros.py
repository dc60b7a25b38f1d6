"""Errors outside the views: pages for people, problem+json for programs."""

import logging

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from config import erros
from config.identificacao import CABECALHO


def test_um_endereco_que_nao_existe_tem_pagina_em_portugues(client: Client, db: None) -> None:
    resposta = client.get("/nada/")
    assert resposta.status_code == 404
    assert "Página não encontrada" in resposta.content.decode()


def test_a_api_responde_problem_json_onde_nao_ha_endereco(client: Client, db: None) -> None:
    resposta = client.get("/api/v1/nada/")
    assert resposta.status_code == 404
    assert resposta["Content-Type"] == "application/problem+json"
    assert resposta.json()["code"] == "nao_encontrado"


def test_um_post_sem_a_barra_final_e_repetido_com_seu_corpo(client: Client, db: None) -> None:
    resposta = client.post("/api/v1/sessao/entrar", {"usuario": "x"}, content_type="application/json")
    assert (resposta.status_code, resposta["Location"]) == (308, "/api/v1/sessao/entrar/")


def test_um_corpo_grande_demais_e_dito_com_o_limite(client: Client, db: None) -> None:
    corpo = b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    resposta = client.post("/api/v1/sessao/entrar/", corpo, content_type="application/json")
    assert (resposta.status_code, resposta.json()["code"]) == (413, "corpo_grande_demais")
    assert resposta.json()["detail"] == "O corpo do pedido passa de 10 MB."


@pytest.mark.parametrize(
    ("caminho", "tipo"), [("/admin/", "text/html"), ("/api/v1/x/", "application/problem+json")]
)
def test_um_erro_interno_nao_mostra_o_que_falhou(
    rf: object, caminho: str, tipo: str, caplog: pytest.LogCaptureFixture
) -> None:
    resposta = erros.erro_interno(rf.get(caminho))  # type: ignore[attr-defined]
    assert resposta.status_code == 500
    assert resposta["Content-Type"].startswith(tipo)
    assert "O erro foi registrado" in resposta.content.decode()


@pytest.mark.parametrize(
    ("caminho", "tipo"), [("/admin/", "text/html"), ("/api/v1/x/", "application/problem+json")]
)
def test_um_banco_que_nao_responde_e_503_com_prazo(rf: object, caminho: str, tipo: str) -> None:
    try:
        raise OperationalError("the database system is starting up")
    except OperationalError:
        resposta = erros.erro_interno(rf.get(caminho))  # type: ignore[attr-defined]
    assert resposta.status_code == 503
    assert resposta["Retry-After"] == "2"
    assert resposta["Content-Type"].startswith(tipo)
    assert "starting up" not in resposta.content.decode()


def test_um_formulario_sem_csrf_recebe_uma_frase_clara(db: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    resposta = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x", "password": "y"})
    assert resposta.status_code == 403
    assert "O formulário venceu" in resposta.content.decode()
    assert settings.CSRF_FAILURE_VIEW == "config.erros.csrf_recusado"


def test_cada_resposta_traz_o_nome_do_pedido(client: Client) -> None:
    assert len(client.get("/health/live")[CABECALHO]) == 32
    assert client.get("/health/live", headers={CABECALHO: "proxy-1234"})[CABECALHO] == "proxy-1234"


@pytest.mark.parametrize("forjado", ["a", "x" * 65, "linha\nforjada", "com espaço aqui"])
def test_um_nome_de_pedido_estranho_nao_e_aceito(client: Client, forjado: str) -> None:
    assert len(client.get("/health/live", headers={CABECALHO: forjado})[CABECALHO]) == 32
