import pytest
from django.test import Client
from django.urls import reverse

from nucleo.models import Empresa, RegistroAuditoria, Vinculo
from sessions_ctx.models import SessionContext
from sessions_ctx.tests.conftest import Pessoa, campo, entrar, trocar

pytestmark = pytest.mark.django_db


def test_the_first_login_of_a_person_with_two_perfis_asks_which(pessoa: Pessoa, navegador: Client) -> None:
    resposta = entrar(navegador)
    assert resposta.status_code == 302
    pagina = navegador.get("/admin/", follow=True)
    assert pagina.redirect_chain[-1][0] == "/admin/contexto/?next=%2Fadmin%2F"
    html = pagina.content.decode()
    assert "Retífica Alfa" in html
    assert "Retífica Beta" in html
    assert not SessionContext.objects.exists()


def test_a_person_with_one_perfil_is_in_at_once(pessoa: Pessoa, navegador: Client) -> None:
    Vinculo.objects.filter(perfil=pessoa.beta).update(ativo=False)
    entrar(navegador)
    html = navegador.get("/admin/").content.decode()
    assert 'data-empresa="alfa"' in html


def test_the_next_login_opens_the_last_used_perfil(pessoa: Pessoa, navegador: Client) -> None:
    entrar(navegador)
    trocar(navegador, pessoa.beta)
    outro = Client(enforce_csrf_checks=True)
    entrar(outro)
    assert 'data-empresa="beta"' in outro.get("/admin/").content.decode()


def test_the_last_used_perfil_that_is_lost_is_not_opened(pessoa: Pessoa, navegador: Client) -> None:
    entrar(navegador)
    trocar(navegador, pessoa.beta)
    Vinculo.objects.filter(perfil=pessoa.beta).update(ativo=False)
    outro = Client(enforce_csrf_checks=True)
    entrar(outro)
    assert 'data-empresa="alfa"' in outro.get("/admin/").content.decode()


def test_login_leads_back_to_where_the_person_was(pessoa: Pessoa, navegador: Client) -> None:
    anonimo = navegador.get("/admin/contexto/sessoes/")
    assert anonimo.headers["Location"] == "/admin/login/?next=/admin/contexto/sessoes/".replace(
        "/", "%2F"
    ).replace("%2Fadmin%2Flogin%2F?", "/admin/login/?")
    resposta = entrar(navegador, proximo="/admin/contexto/sessoes/")
    assert resposta.headers["Location"] == "/admin/contexto/sessoes/"


def test_login_never_leads_to_another_site(pessoa: Pessoa, navegador: Client) -> None:
    assert entrar(navegador, proximo="https://mal.example/").headers["Location"] == reverse("admin:index")


def test_the_session_key_is_cycled_at_login_also_when_already_logged_in(
    pessoa: Pessoa, navegador: Client
) -> None:
    entrar(navegador)
    primeira = navegador.cookies["sessionid"].value
    html = navegador.get("/admin/contexto/").content.decode()
    dados = {
        "username": "maria",
        "password": "senha-de-teste-1",
        "csrfmiddlewaretoken": campo(html, "csrfmiddlewaretoken"),
    }
    navegador.post("/admin/login/", dados)
    assert navegador.cookies["sessionid"].value != primeira


def test_an_empresa_switched_off_stops_login_with_a_clear_sentence(pessoa: Pessoa, navegador: Client) -> None:
    Empresa.objects.update(ativa=False)
    resposta = entrar(navegador)
    assert resposta.status_code == 200
    assert "não tem perfil ativo" in resposta.content.decode()
    assert "sessionid" not in navegador.cookies
    assert RegistroAuditoria.objects.filter(acao="login_recusado", usuario=pessoa.usuario).count() == 1


def test_logout_ends_the_context_with_the_session(pessoa: Pessoa, navegador: Client) -> None:
    entrar(navegador)
    trocar(navegador, pessoa.alfa)
    token = campo(navegador.get("/admin/").content.decode(), "csrfmiddlewaretoken")
    assert navegador.post("/admin/logout/", {"csrfmiddlewaretoken": token}).status_code == 302
    contexto = SessionContext.objects.get()
    assert (contexto.ativo, contexto.fim) == (False, SessionContext.Fim.LOGOUT)
    assert navegador.get("/admin/").headers["Location"].startswith("/admin/login/")


def test_the_header_switches_in_one_click_and_audits_it(pessoa: Pessoa, navegador: Client) -> None:
    entrar(navegador)
    trocar(navegador, pessoa.alfa)
    html = navegador.get("/admin/").content.decode()
    assert f'name="perfil" value="{pessoa.beta.pk}"' in html
    resposta = navegador.post(
        "/admin/contexto/trocar/",
        {
            "perfil": pessoa.beta.pk,
            "versao": campo(html, "versao"),
            "csrfmiddlewaretoken": campo(html, "csrfmiddlewaretoken"),
        },
    )
    assert resposta.status_code == 302
    assert 'data-empresa="beta"' in navegador.get("/admin/").content.decode()
    registros = RegistroAuditoria.objects.filter(acao="contexto_trocado")
    assert {(r.empresa_id, r.de, r.para, r.usuario_id) for r in registros} == {
        (None, "alfa: gerente", "beta: vendas", pessoa.usuario.pk),
        (pessoa.alfa.empresa_id, "alfa: gerente", "outra empresa", pessoa.usuario.pk),
        (pessoa.beta.empresa_id, "outra empresa", "beta: vendas", pessoa.usuario.pk),
    }


def test_a_company_does_not_read_where_else_a_person_works_but_the_person_does(
    pessoa: Pessoa, navegador: Client
) -> None:
    entrar(navegador)
    trocar(navegador, pessoa.beta)
    trocar(navegador, pessoa.alfa)
    for registro in RegistroAuditoria.objects.filter(empresa=pessoa.alfa.empresa_id):
        pagina = navegador.get(f"/admin/nucleo/registroauditoria/{registro.pk}/change/").content.decode()
        assert "beta: vendas" not in pagina
    assert "beta: vendas" not in navegador.get("/admin/nucleo/registroauditoria/").content.decode()
    minhas = navegador.get("/admin/contexto/sessoes/").content.decode()
    assert minhas.count("<td>beta: vendas</td>") == 1
    assert minhas.count("<td>beta: vendas → alfa: gerente</td>") == 1


def test_a_switch_needs_post_and_csrf(pessoa: Pessoa, navegador: Client) -> None:
    entrar(navegador)
    trocar(navegador, pessoa.alfa)
    assert navegador.get("/admin/contexto/trocar/").status_code == 405
    assert navegador.post("/admin/contexto/trocar/", {"perfil": pessoa.beta.pk}).status_code == 403
    assert SessionContext.objects.get().perfil_ativo == pessoa.alfa
