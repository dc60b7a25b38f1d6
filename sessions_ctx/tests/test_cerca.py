import pytest
from django.test import Client

from nucleo.models import ChaveApi, Perfil, RegistroAuditoria, Vinculo
from nucleo.tests.factories import PerfilFactory
from sessions_ctx.cerca import Marca, marca_lida
from sessions_ctx.models import SessionContext
from sessions_ctx.tests.conftest import Pessoa, campo, entrar, trocar

pytestmark = pytest.mark.django_db
NOVO = "/admin/nucleo/perfil/add/"


def _formulario(navegador: Client) -> dict[str, str]:
    html = navegador.get(NOVO).content.decode()
    trecho = 'id="perfil_form"'
    return {
        "csrfmiddlewaretoken": campo(html, "csrfmiddlewaretoken", trecho),
        "_contexto": campo(html, "_contexto", trecho),
        "nome": "compras",
        "ativo": "on",
    }


@pytest.fixture
def na_alfa(pessoa: Pessoa, navegador: Client) -> Client:
    entrar(navegador)
    trocar(navegador, pessoa.alfa)
    return navegador


def test_a_form_sent_under_the_perfil_it_was_opened_under_is_accepted(na_alfa: Client) -> None:
    assert na_alfa.post(NOVO, _formulario(na_alfa)).status_code == 302
    assert Perfil.objects.get(nome="compras").empresa.slug == "alfa"


def test_a_form_opened_under_one_empresa_and_sent_under_another_is_refused_by_name(
    pessoa: Pessoa, na_alfa: Client
) -> None:
    dados = _formulario(na_alfa)
    trocar(na_alfa, pessoa.beta)
    resposta = na_alfa.post(NOVO, dados)
    assert resposta.status_code == 409
    html = resposta.content.decode()
    assert (
        "Este formulário foi aberto em Retífica Alfa (gerente), mas agora você está trabalhando em"
        " Retífica Beta (vendas). Nada foi gravado." in html
    )
    assert not Perfil.objects.filter(nome="compras").exists()
    recusas = RegistroAuditoria.objects.filter(acao="contexto_recusado")
    assert {(r.empresa_id, r.de, r.para) for r in recusas} == {
        (None, "Retífica Alfa (gerente)", "Retífica Beta (vendas)"),
        (pessoa.beta.empresa_id, "outra empresa", "Retífica Beta (vendas)"),
    }
    assert {r.usuario_id for r in recusas} == {pessoa.usuario.pk}


def test_after_switching_back_the_open_form_is_accepted_again(pessoa: Pessoa, na_alfa: Client) -> None:
    dados = _formulario(na_alfa)
    trocar(na_alfa, pessoa.beta)
    trocar(na_alfa, pessoa.alfa)
    assert na_alfa.post(NOVO, dados).status_code == 302
    assert Perfil.objects.get(nome="compras").empresa.slug == "alfa"


@pytest.mark.parametrize("marca", ["", "lixo", "WzEsMiwzXQ:assinatura-falsa"])
def test_a_missing_or_forged_mark_is_refused(na_alfa: Client, marca: str) -> None:
    dados = _formulario(na_alfa) | {"_contexto": marca}
    assert na_alfa.post(NOVO, dados).status_code == 409
    assert not Perfil.objects.filter(nome="compras").exists()


def test_the_mark_of_another_person_is_worth_nothing(pessoa: Pessoa, na_alfa: Client) -> None:
    alheia = Marca(pessoa.usuario.pk + 1, pessoa.alfa.empresa_id, pessoa.alfa.pk)
    assert na_alfa.post(NOVO, _formulario(na_alfa) | {"_contexto": alheia.texto()}).status_code == 409


def test_the_refusal_does_not_name_an_empresa_the_person_does_not_work_in(
    pessoa: Pessoa, na_alfa: Client
) -> None:
    alheio = PerfilFactory(nome="segredo-de-gama")
    marca = Marca(pessoa.usuario.pk, alheio.empresa_id, alheio.pk)
    html = na_alfa.post(NOVO, _formulario(na_alfa) | {"_contexto": marca.texto()}).content.decode()
    assert "aberto em outra empresa" in html
    assert alheio.nome not in html
    assert alheio.empresa.nome not in html


def test_a_mark_is_read_back_as_it_was_signed() -> None:
    marca = Marca(1, 2, 3)
    assert marca_lida(marca.texto()) == marca
    assert marca_lida(marca.texto() + "x") is None


def test_every_post_form_of_a_page_carries_the_mark(na_alfa: Client) -> None:
    for pagina in ("/admin/", NOVO, "/admin/nucleo/perfil/", "/admin/password_change/"):
        html = na_alfa.get(pagina).content.decode()
        formularios = html.count('method="post"')
        assert formularios > 0
        assert html.count('name="_contexto"') == html.count('name="csrfmiddlewaretoken"') >= formularios


def test_a_link_to_a_record_of_another_empresa_of_ones_own_offers_the_switch(
    pessoa: Pessoa, na_alfa: Client
) -> None:
    pessoa.beta.permissoes.set(pessoa.alfa.permissoes.all())
    alheio = f"/admin/nucleo/perfil/{pessoa.beta.pk}/change/"
    pagina = na_alfa.get(alheio)
    assert pagina.status_code == 404
    html = pagina.content.decode()
    assert "Trocar para Retífica Beta e abrir" in html
    dados = {
        "perfil": pessoa.beta.pk,
        "next": alheio,
        "manter": "1",
        "versao": campo(html, "versao"),
        "csrfmiddlewaretoken": campo(html, "csrfmiddlewaretoken"),
    }
    assert na_alfa.post("/admin/contexto/trocar/", dados).headers["Location"] == alheio
    assert na_alfa.get(alheio).status_code == 200


def test_a_link_to_a_record_of_a_strangers_empresa_offers_nothing(na_alfa: Client) -> None:
    alheio = PerfilFactory(nome="segredo")
    resposta = na_alfa.get(f"/admin/nucleo/perfil/{alheio.pk}/change/", follow=True)
    assert "Trocar para" not in resposta.content.decode()
    assert alheio.empresa.nome not in resposta.content.decode()


def test_a_stale_context_version_of_an_api_write_is_refused(pessoa: Pessoa, na_alfa: Client) -> None:
    versao = SessionContext.objects.get().versao
    token = na_alfa.cookies["csrftoken"].value
    trocar(na_alfa, pessoa.beta)
    resposta = na_alfa.post(
        "/api/v1/sessao/contexto/",
        {"perfil": pessoa.alfa.pk},
        content_type="application/json",
        headers={"X-Contexto-Versao": str(versao), "X-CSRFToken": token},
    )
    assert resposta.status_code == 409
    assert resposta.json()["code"] == "contexto_mudou"
    assert resposta.json()["detail"] == (
        "O pedido foi preparado em Retífica Alfa (gerente), mas agora esta sessão trabalha em"
        " Retífica Beta (vendas). Nada foi gravado."
    )
    assert SessionContext.objects.get().perfil_ativo == pessoa.beta
    assert not ChaveApi.objects.exists()


@pytest.mark.parametrize("versao", ["0", "-1", "abc", "99", "9" * 40, "²"])
def test_a_version_that_never_was_is_refused_without_a_name(na_alfa: Client, versao: str) -> None:
    token = na_alfa.cookies["csrftoken"].value
    cabecalhos = {"X-Contexto-Versao": versao.encode().decode("latin-1"), "X-CSRFToken": token}
    resposta = na_alfa.delete("/api/v1/sessao/contexto/", headers=cabecalhos)
    assert resposta.status_code == 409
    assert (
        "preparado em outro contexto, mas agora esta sessão trabalha em Retífica Alfa"
        in (resposta.json()["detail"])
    )
    assert SessionContext.objects.get().ativo


def test_the_earlier_context_is_not_named_once_its_perfil_is_lost(pessoa: Pessoa, na_alfa: Client) -> None:
    versao, token = SessionContext.objects.get().versao, na_alfa.cookies["csrftoken"].value
    trocar(na_alfa, pessoa.beta)
    Vinculo.objects.filter(perfil=pessoa.alfa).update(ativo=False)
    cabecalhos = {"X-Contexto-Versao": str(versao), "X-CSRFToken": token}
    resposta = na_alfa.delete("/api/v1/sessao/contexto/", headers=cabecalhos)
    assert resposta.status_code == 409
    assert "Alfa" not in resposta.json()["detail"]


def test_a_write_of_the_api_without_the_csrf_token_is_refused_in_portuguese(na_alfa: Client) -> None:
    resposta = na_alfa.delete("/api/v1/sessao/contexto/")
    assert (resposta.status_code, resposta.json()["code"]) == (403, "csrf_recusado")
    assert "token CSRF falta ou não confere" in resposta.json()["detail"]
    assert SessionContext.objects.get().ativo
