"""`sessao/` as other front ends see it: fields, answers and refusals as the contract has them."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from nucleo.models import RegistroAuditoria, Vinculo
from nucleo.tests.factories import PerfilFactory
from sessions_ctx.models import SessionContext
from sessions_ctx.tests.conftest import SENHA, Pessoa, entrar, trocar

pytestmark = pytest.mark.django_db
SESSAO = "/api/v1/sessao"


@pytest.fixture
def frente(pessoa: Pessoa) -> Client:
    """Another front end, logged in over the API; CSRF as in a browser."""
    cliente = Client(enforce_csrf_checks=True)
    resposta = cliente.post(
        f"{SESSAO}/entrar/", {"usuario": "maria", "senha": SENHA}, content_type="application/json"
    )
    assert resposta.status_code == 200
    cliente.entrada = resposta.json()  # type: ignore[attr-defined]
    return cliente


def _enviar(cliente: Any, metodo: str, rota: str, corpo: Any = None, **cabecalhos: str) -> Any:
    cabecalhos["X-CSRFToken"] = cliente.cookies["csrftoken"].value
    enviar = getattr(cliente, metodo)
    return enviar(f"{SESSAO}/{rota}", corpo, content_type="application/json", headers=cabecalhos)


def test_coming_in_answers_token_context_and_perfis(pessoa: Pessoa, frente: Any) -> None:
    entrada = frente.entrada
    assert set(entrada) == {"csrf_token", "contexto", "perfis"}
    assert entrada["contexto"] is None  # two perfis, none used before: the person chooses
    assert [(p["id"], p["nome"], p["empresa"]) for p in entrada["perfis"]] == [
        (pessoa.alfa.pk, "gerente", "alfa"),
        (pessoa.beta.pk, "vendas", "beta"),
    ]
    assert frente.get(f"{SESSAO}/perfis/").json() == entrada["perfis"]
    token = {"X-CSRFToken": entrada["csrf_token"]}
    corpo = {"perfil": pessoa.alfa.pk}
    resposta = frente.post(f"{SESSAO}/contexto/", corpo, content_type="application/json", headers=token)
    assert resposta.status_code == 200


def test_the_context_is_chosen_read_switched_left_and_chosen_again(pessoa: Pessoa, frente: Any) -> None:
    sem = frente.get(f"{SESSAO}/contexto/")
    assert (sem.status_code, sem.json()["code"]) == (404, "sem_contexto")
    escolhido = _enviar(frente, "post", "contexto/", {"perfil": pessoa.alfa.pk}).json()
    assert escolhido["empresa"] == "alfa"
    assert escolhido["perfil"] == {"id": pessoa.alfa.pk, "nome": "gerente"}
    assert escolhido["versao"] == 1
    assert timezone.datetime.fromisoformat(escolhido["expira_em"]) > timezone.now()
    assert frente.get(f"{SESSAO}/contexto/").json() == escolhido
    trocado = _enviar(frente, "post", "contexto/", {"perfil": pessoa.beta.pk}, **{"X-Contexto-Versao": "1"})
    assert (trocado.json()["empresa"], trocado.json()["versao"]) == ("beta", 2)
    assert _enviar(frente, "delete", "contexto/").status_code == 204
    assert _enviar(frente, "delete", "contexto/").json()["code"] == "sem_contexto"
    assert frente.get("/api/v1/clientes/").json()["detail"] == "Escolha um perfil antes de usar a API."
    assert _enviar(frente, "post", "contexto/", {"perfil": pessoa.alfa.pk}).json()["versao"] == 3


def test_choosing_the_perfil_one_has_changes_nothing(pessoa: Pessoa, frente: Any) -> None:
    for _ in range(2):
        assert _enviar(frente, "post", "contexto/", {"perfil": pessoa.alfa.pk}).json()["versao"] == 1
    assert not RegistroAuditoria.objects.filter(acao="contexto_trocado").exists()


def test_going_out_ends_session_and_context_and_the_cookie_is_worth_nothing(
    pessoa: Pessoa, frente: Any
) -> None:
    _enviar(frente, "post", "contexto/", {"perfil": pessoa.alfa.pk})
    copia = Client()
    copia.cookies["sessionid"] = frente.cookies["sessionid"].value
    assert copia.get(f"{SESSAO}/contexto/").status_code == 200
    assert frente.post(f"{SESSAO}/sair/", content_type="application/json").status_code == 403
    assert _enviar(frente, "post", "sair/").status_code == 204
    assert SessionContext.objects.get().fim == SessionContext.Fim.LOGOUT
    repetida = copia.get(f"{SESSAO}/contexto/")
    assert (repetida.status_code, repetida.json()["code"]) == (401, "nao_autenticado")


@pytest.mark.parametrize(
    "corpo",
    [{}, {"perfil": None}, {"perfil": "x"}, {"perfil": 0}, {"perfil": -1}, {"perfil": 2**70}, [1], "x"],
)
def test_what_is_no_perfil_is_refused_and_nothing_changes(pessoa: Pessoa, frente: Any, corpo: Any) -> None:
    resposta = _enviar(frente, "post", "contexto/", corpo)
    assert resposta.status_code == 400
    assert not SessionContext.objects.exists()


def test_not_held_and_not_there_are_the_same_answer(pessoa: Pessoa, frente: Any) -> None:
    alheio = PerfilFactory(nome="segredo")
    retirado = PerfilFactory(empresa=pessoa.alfa.empresa)
    Vinculo.objects.create(empresa=retirado.empresa, usuario=pessoa.usuario, perfil=retirado, ativo=False)
    respostas = [
        _enviar(frente, "post", "contexto/", {"perfil": pk}) for pk in (alheio.pk, retirado.pk, 2**40)
    ]
    assert [r.status_code for r in respostas] == [404, 404, 404]
    assert len({r.content for r in respostas}) == 1
    assert not SessionContext.objects.exists()


def test_a_key_of_the_api_has_no_session_and_nobody_has_none(api: APIClient, client: Client) -> None:
    for rota in ("perfis/", "contexto/"):
        assert api.get(f"{SESSAO}/{rota}").status_code == 403
        assert client.get(f"{SESSAO}/{rota}").status_code == 401
    assert api.post(f"{SESSAO}/sair/").status_code in {401, 403}


def test_a_switch_stays_on_the_list_where_the_perfil_may_see_it(pessoa: Pessoa, navegador: Client) -> None:
    """A record's page belongs to the empresa one left; another site's address is nowhere to go."""
    entrar(navegador)
    trocar(navegador, pessoa.alfa)
    for de, para in (
        ("/admin/clientes/cliente/?q=x", "/admin/clientes/cliente/"),
        ("/admin/clientes/cliente/7/change/", "/admin/clientes/cliente/"),
        ("/admin/nucleo/perfil/", "/admin/"),  # sales may not see roles
        ("/admin/contexto/sessoes/", "/admin/"),
        ("/não-existe/", "/admin/"),
        ("https://mal.example/admin/clientes/cliente/", "/admin/"),
        ("//mal.example/", "/admin/"),
        ("", "/admin/"),
    ):
        trocar(navegador, pessoa.alfa)
        assert trocar(navegador, pessoa.beta, next=de, manter="").headers["Location"] == para, de


def test_an_address_that_names_no_record_offers_no_switch(pessoa: Pessoa, navegador: Client) -> None:
    entrar(navegador)
    trocar(navegador, pessoa.alfa)
    for endereco in (
        "/admin/nucleo/perfil/abc/change/",
        "/admin/nucleo/perfil/999999999999999999999/change/",
    ):
        resposta = navegador.get(endereco, follow=True)
        assert resposta.status_code in {200, 404}
        assert "Trocar para" not in resposta.content.decode()
