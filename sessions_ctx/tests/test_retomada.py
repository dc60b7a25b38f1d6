"""What was typed into a form that could not be accepted comes back, without typing it again."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from nucleo.models import Perfil, Usuario
from nucleo.tests.factories import UsuarioFactory, VinculoFactory
from sessions_ctx.cerca import Marca
from sessions_ctx.models import SessionContext
from sessions_ctx.tests.conftest import SENHA, Pessoa, campo, entrar, ocultos, trocar

pytestmark = pytest.mark.django_db
NOVO = "/admin/nucleo/perfil/add/"
NOME = 'compras & "vendas" <já>'
GUARDADO = "O que você digitou está guardado"
ENVIAR = "Enviar o formulário de novo"


def _formulario(navegador: Client) -> dict[str, str]:
    html = navegador.get(NOVO).content.decode()
    return ocultos(html, 'id="perfil_form"') | {"nome": NOME, "ativo": "on"}


@pytest.fixture
def na_alfa(pessoa: Pessoa, navegador: Client) -> Client:
    entrar(navegador)
    trocar(navegador, pessoa.alfa)
    return navegador


def _html(resposta: Any) -> str:
    return resposta.content.decode()


def _gravado(navegador: Client, pagina: str) -> None:
    """Press the one button of the page: the form is written as typed, in the company it was opened in."""
    assert not Perfil.objects.filter(nome=NOME).exists()
    dados = ocultos(pagina, ENVIAR)
    assert navegador.post(NOVO, dados).status_code == 302
    assert Perfil.objects.get(nome=NOME).empresa.slug == "alfa"


def test_a_form_refused_by_the_fence_is_sent_again_after_going_back(pessoa: Pessoa, na_alfa: Client) -> None:
    dados = _formulario(na_alfa)
    trocar(na_alfa, pessoa.beta)
    recusa = na_alfa.post(NOVO, dados)
    assert recusa.status_code == 409
    assert GUARDADO in _html(recusa)
    volta = ocultos(_html(recusa), "Voltar a trabalhar em") | {"perfil": str(pessoa.alfa.pk)}
    pagina = _html(na_alfa.post("/admin/contexto/trocar/", volta))
    assert GUARDADO in pagina
    _gravado(na_alfa, pagina)


def _entra_de_novo(navegador: Client, html: str, login: str = "maria") -> Any:
    assert html.count("Nada foi gravado.") == 1
    assert GUARDADO in html
    endereco = "/admin/login/?next=%2Fadmin%2Fnucleo%2Fperfil%2Fadd%2F"
    assert f'action="{endereco}"' in html
    dados = {
        "username": login,
        "password": SENHA,
        "csrfmiddlewaretoken": campo(html, "csrfmiddlewaretoken"),
        "_digitado": unescape(campo(html, "_digitado")),
    }
    return navegador.post(endereco, dados)


def test_a_session_that_expires_in_the_middle_of_a_form_loses_nothing(na_alfa: Client, settings: Any) -> None:
    dados = _formulario(na_alfa)
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.SESSAO_OCIOSA_S + 1)):
        resposta = na_alfa.post(NOVO, dados)
        assert "Sua sessão expirou por inatividade" in _html(resposta)
        _gravado(na_alfa, _html(_entra_de_novo(na_alfa, _html(resposta))))


def test_neither_does_a_session_that_is_gone(pessoa: Pessoa, na_alfa: Client) -> None:
    dados = _formulario(na_alfa)
    del na_alfa.cookies["sessionid"]
    resposta = na_alfa.post(NOVO, dados)
    assert "Sua sessão terminou" in _html(resposta)
    _gravado(na_alfa, _html(_entra_de_novo(na_alfa, _html(resposta))))


def test_a_wrong_password_in_between_loses_nothing_either(pessoa: Pessoa, na_alfa: Client) -> None:
    dados = _formulario(na_alfa)
    del na_alfa.cookies["sessionid"]
    errada = _entra_de_novo(na_alfa, _html(na_alfa.post(NOVO, dados)), login="maria-errada")
    assert "incorretos" in _html(errada)
    assert GUARDADO in _html(errada)


def test_whoever_else_logs_in_there_does_not_get_it(pessoa: Pessoa, na_alfa: Client) -> None:
    dados = _formulario(na_alfa)
    VinculoFactory(usuario=UsuarioFactory(username="joao"), perfil=pessoa.alfa)
    del na_alfa.cookies["sessionid"]
    resposta = _entra_de_novo(na_alfa, _html(na_alfa.post(NOVO, dados)), login="joao")
    assert resposta.headers["Location"] == NOVO
    assert not Perfil.objects.filter(nome=NOME).exists()


def test_a_form_sent_without_a_perfil_waits_for_the_choice(pessoa: Pessoa, na_alfa: Client) -> None:
    dados = _formulario(na_alfa)
    token = na_alfa.cookies["csrftoken"].value
    sem = na_alfa.delete("/api/v1/sessao/contexto/", headers={"X-CSRFToken": token})
    assert sem.status_code == 204
    html = _html(na_alfa.post(NOVO, dados))
    assert "Nada foi gravado." in html
    escolha = ocultos(html, 'class="escolha"') | {"perfil": str(pessoa.alfa.pk)}
    _gravado(na_alfa, _html(na_alfa.post("/admin/contexto/trocar/", escolha)))


def test_who_chooses_another_perfil_than_the_forms_is_told_once_more(pessoa: Pessoa, na_alfa: Client) -> None:
    dados = _formulario(na_alfa)
    token = na_alfa.cookies["csrftoken"].value
    na_alfa.delete("/api/v1/sessao/contexto/", headers={"X-CSRFToken": token})
    html = _html(na_alfa.post(NOVO, dados))
    escolha = ocultos(html, 'class="escolha"') | {"perfil": str(pessoa.beta.pk)}
    pagina = _html(na_alfa.post("/admin/contexto/trocar/", escolha))
    assert na_alfa.post(NOVO, ocultos(pagina, ENVIAR)).status_code == 409
    assert not Perfil.objects.filter(nome=NOME).exists()


def test_passwords_do_not_travel_through_the_pages(pessoa: Pessoa, na_alfa: Client) -> None:
    dados = _formulario(na_alfa) | {"senha": "muito-secreta-1", "new_password1": "muito-secreta-1"}
    trocar(na_alfa, pessoa.beta)
    html = _html(na_alfa.post(NOVO, dados))
    assert "muito-secreta-1" not in html
    assert "compras" in html


@pytest.mark.parametrize("marca", ["", "forjada", "de outra pessoa"])
def test_what_no_form_of_ours_sent_does_not_come_back_as_one(
    pessoa: Pessoa, na_alfa: Client, marca: str
) -> None:
    """Else a page elsewhere could have its own fields sent with this person's token."""
    outra = Marca(pessoa.usuario.pk + 1, pessoa.alfa.empresa_id, pessoa.alfa.pk).texto()
    texto = f"nome=x&_contexto={outra if marca == 'de outra pessoa' else marca}"
    assert trocar(na_alfa, pessoa.beta, _digitado=texto).status_code == 302
    assert SessionContext.objects.get().perfil_ativo == pessoa.beta
    anonimo = Client()
    assert anonimo.post(NOVO, {"nome": "x", "_contexto": marca}).status_code == 302
    assert Usuario.objects.count() == 1
