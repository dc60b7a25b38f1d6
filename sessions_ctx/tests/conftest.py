"""A person with a perfil in each of two empresas, and browsers of theirs."""

import re
from dataclasses import dataclass
from html import unescape

import pytest
from django.test import Client

from nucleo.models import Empresa, Perfil, Usuario
from nucleo.tests.factories import UsuarioFactory, VinculoFactory

SENHA = "senha-de-teste-1"


@dataclass(frozen=True)
class Pessoa:
    usuario: Usuario
    alfa: Perfil
    beta: Perfil


@pytest.fixture
def pessoa(empresa: Empresa, outra_empresa: Empresa) -> Pessoa:
    usuario = UsuarioFactory(username="maria")
    alfa = Perfil.objects.get(empresa=empresa, nome="gerente")
    beta = Perfil.objects.get(empresa=outra_empresa, nome="vendas")
    for perfil in (alfa, beta):
        VinculoFactory(usuario=usuario, perfil=perfil)
    return Pessoa(usuario, alfa, beta)


@pytest.fixture
def navegador() -> Client:
    """A browser as it is: CSRF checked, the fence's mark required."""
    return Client(enforce_csrf_checks=True)


def campo(html: str, nome: str, formulario: str = "") -> str:
    """The value of a hidden field, as a browser would send it back."""
    trecho = html[html.index(formulario) :] if formulario else html
    inicio = trecho.index(f'name="{nome}" value="') + len(f'name="{nome}" value="')
    return trecho[inicio : trecho.index('"', inicio)]


def entrar(navegador: Client, login: str = "maria", senha: str = SENHA, proximo: str = "") -> object:
    """Log in through the page, as a person does."""
    endereco = f"/admin/login/?next={proximo}" if proximo else "/admin/login/"
    html = navegador.get(endereco).content.decode()
    dados = {
        "username": login,
        "password": senha,
        "csrfmiddlewaretoken": campo(html, "csrfmiddlewaretoken"),
    }
    return navegador.post(endereco, dados)


def trocar(navegador: Client, perfil: Perfil, **mais: str) -> object:
    """Switch through the chooser's form."""
    html = navegador.get("/admin/contexto/").content.decode()
    dados = {"perfil": str(perfil.pk), "csrfmiddlewaretoken": campo(html, "csrfmiddlewaretoken")}
    if 'name="versao"' in html:
        dados["versao"] = campo(html, "versao")
    return navegador.post("/admin/contexto/trocar/", dados | mais)


def ocultos(html: str, formulario: str) -> dict[str, str]:
    """The hidden fields of the form that contains this text, as a browser would send them back."""
    fim = html.index("</form>", html.index(formulario))
    trecho = html[html.rindex("<form", 0, fim) : fim]
    campos = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', trecho)
    return {nome: unescape(valor) for nome, valor in campos}
