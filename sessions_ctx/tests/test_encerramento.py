"""Ending one's other sessions, and what is refused: each leaves its line on the trail."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from nucleo.models import Empresa, RegistroAuditoria, Usuario, Vinculo
from sessions_ctx.models import SessionContext, TentativaLogin
from sessions_ctx.tasks import limpar_sessoes
from sessions_ctx.tests.conftest import SENHA, Pessoa, campo, entrar, ocultos, trocar
from sessions_ctx.tests.factories import SessionContextFactory

pytestmark = pytest.mark.django_db


def _encerrar_as_outras(navegador: Client) -> str:
    html = navegador.get("/admin/contexto/sessoes/").content.decode()
    dados = ocultos(html, "Encerrar todas as outras")
    return navegador.post("/admin/contexto/sessoes/encerrar/", dados, follow=True).content.decode()


@pytest.fixture
def meu(pessoa: Pessoa, navegador: Client) -> Client:
    entrar(navegador)
    trocar(navegador, pessoa.alfa)
    return navegador


def _outro() -> Client:
    outro = Client(enforce_csrf_checks=True)
    entrar(outro)
    return outro


def _token(cliente: Client) -> dict[str, str]:
    return {"X-CSRFToken": cliente.cookies["csrftoken"].value}


@pytest.mark.parametrize("onde", ["trabalhando", "saiu do perfil", "ainda escolhendo"])
def test_all_other_logins_end_also_those_that_work_as_no_perfil(
    pessoa: Pessoa, navegador: Client, onde: str
) -> None:
    """A stolen login that waits at the chooser would otherwise outlive the button."""
    outro = _outro()
    if onde != "ainda escolhendo":
        trocar(outro, pessoa.beta)
    if onde == "saiu do perfil":
        outro.delete("/api/v1/sessao/contexto/", headers=_token(outro))
    entrar(navegador)
    trocar(navegador, pessoa.alfa)
    assert "Todas as suas outras sessões foram encerradas." in _encerrar_as_outras(navegador)
    resposta = outro.post(
        "/api/v1/sessao/contexto/",
        {"perfil": pessoa.beta.pk},
        content_type="application/json",
        headers=_token(outro),
    )
    assert (resposta.status_code, resposta.json()["code"]) == (401, "sessao_encerrada")
    assert outro.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert navegador.get("/admin/").status_code == 200
    assert list(SessionContext.objects.filter(ativo=True).values_list("empresa__slug", flat=True)) == ["alfa"]


def test_after_ending_the_others_this_session_may_leave_and_choose_again(pessoa: Pessoa, meu: Client) -> None:
    _encerrar_as_outras(meu)
    meu.delete("/api/v1/sessao/contexto/", headers=_token(meu))
    assert trocar(meu, pessoa.beta).status_code == 302
    assert 'data-empresa="beta"' in meu.get("/admin/").content.decode()


def test_a_new_login_after_ending_the_others_is_not_one_of_them(meu: Client) -> None:
    _encerrar_as_outras(meu)
    assert 'data-empresa="alfa"' in _outro().get("/admin/").content.decode()


def test_one_session_is_ended_and_the_rest_goes_on(pessoa: Pessoa, meu: Client) -> None:
    um, dois = _outro(), _outro()
    alvo = SessionContext.objects.order_by("pk")[1]
    html = meu.get("/admin/contexto/sessoes/").content.decode()
    dados = {"csrfmiddlewaretoken": campo(html, "csrfmiddlewaretoken"), "sessao": str(alvo.pk)}
    pagina = meu.post("/admin/contexto/sessoes/encerrar/", dados, follow=True).content.decode()
    assert "Sessão encerrada." in pagina
    assert um.get("/admin/").status_code == 302
    assert dois.get("/admin/").status_code == 200
    de_novo = meu.post("/admin/contexto/sessoes/encerrar/", dados, follow=True).content.decode()
    assert "já não estava aberta" in de_novo


def test_a_new_password_ends_the_persons_other_sessions_and_their_contexts(
    pessoa: Pessoa, meu: Client
) -> None:
    outro = _outro()
    html = meu.get("/admin/password_change/").content.decode()
    nova = "outra-senha-longa-9"
    dados = ocultos(html, 'name="old_password"') | {
        "old_password": SENHA, "new_password1": nova, "new_password2": nova}  # fmt: skip
    assert meu.post("/admin/password_change/", dados).status_code == 302
    assert outro.get("/admin/").status_code == 302
    assert SessionContext.objects.filter(ativo=True).count() == 1
    assert meu.get("/admin/").status_code == 200


def test_logging_in_again_leaves_the_other_devices_alone(pessoa: Pessoa, meu: Client) -> None:
    outro = _outro()
    html = meu.get("/admin/contexto/").content.decode()
    dados = {
        "username": "maria",
        "password": SENHA,
        "csrfmiddlewaretoken": campo(html, "csrfmiddlewaretoken"),
    }
    assert meu.post("/admin/login/", dados).status_code == 302
    assert outro.get("/admin/").status_code == 200


@pytest.mark.parametrize("por", ["escritório", "API"])
def test_a_refused_switch_is_told_and_on_the_trail(pessoa: Pessoa, meu: Client, por: str) -> None:
    Vinculo.objects.filter(perfil=pessoa.beta).update(ativo=False)
    if por == "API":
        resposta = meu.post(
            "/api/v1/sessao/contexto/",
            {"perfil": pessoa.beta.pk},
            content_type="application/json",
            headers=_token(meu),
        )
        assert (resposta.status_code, resposta.json()["code"]) == (404, "perfil_nao_disponivel")
        assert "Beta" not in resposta.content.decode()
    else:
        trocar(meu, pessoa.beta)
        assert "Este perfil não está disponível para você." in meu.get("/admin/").content.decode()
    registro = RegistroAuditoria.objects.get(acao="contexto_troca_recusada")
    assert (registro.empresa_id, registro.usuario_id) == (pessoa.alfa.empresa_id, pessoa.usuario.pk)
    assert (registro.de, registro.para) == ("alfa: gerente", f"perfil nº {pessoa.beta.pk}")
    assert (registro.endereco, registro.detalhe["motivo"]) == ("127.0.0.1", "perfil_nao_disponivel")
    assert SessionContext.objects.get().perfil_ativo == pessoa.alfa


def test_a_switch_that_came_too_late_is_told_and_on_the_trail(pessoa: Pessoa, meu: Client) -> None:
    velha = ocultos(meu.get("/admin/contexto/").content.decode(), 'class="escolha"')
    trocar(meu, pessoa.beta)
    resposta = meu.post("/admin/contexto/trocar/", velha | {"perfil": str(pessoa.alfa.pk)}, follow=True)
    assert "mudou enquanto isso" in resposta.content.decode()
    registro = RegistroAuditoria.objects.get(acao="contexto_troca_recusada")
    assert (registro.empresa_id, registro.detalhe["motivo"]) == (pessoa.beta.empresa_id, "contexto_mudou")


def test_an_account_without_the_office_is_refused_there_and_on_the_trail(
    pessoa: Pessoa, navegador: Client
) -> None:
    Usuario.objects.filter(pk=pessoa.usuario.pk).update(is_staff=False)
    assert "não tem acesso ao escritório" in entrar(navegador).content.decode()
    registro = RegistroAuditoria.objects.get(acao="login_recusado", usuario=pessoa.usuario)
    assert registro.detalhe["motivo"] == "sem escritório"
    assert not SessionContext.objects.exists()


def test_the_scheduled_clean_up_forgets_what_nobody_can_use_any_more(
    pessoa: Pessoa, meu: Client, settings: Any
) -> None:
    velha = Session.objects.get(pk=_outro().cookies["sessionid"].value)
    Session.objects.filter(pk=velha.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    TentativaLogin.objects.create(chave="login:x", total=3, ate=timezone.now() - timedelta(seconds=1))
    TentativaLogin.objects.create(chave="login:y", total=3, ate=timezone.now() + timedelta(minutes=1))
    for _ in range(2):  # a task may run twice
        limpar_sessoes()
        assert not Session.objects.filter(pk=velha.pk).exists()
        logins = TentativaLogin.objects.filter(chave__startswith="login:")
        assert list(logins.values_list("chave", flat=True)) == ["login:y"]
    assert meu.get("/admin/").status_code == 200


def test_the_command_reports_what_the_clean_up_did(pessoa: Pessoa, meu: Client) -> None:
    SessionContext.objects.update(data_expiracao=timezone.now() - timedelta(seconds=1))
    saida = StringIO()
    call_command("limpar_sessoes_expiradas", "--json", stdout=saida)
    assert json.loads(saida.getvalue()) == {"expiradas": 1, "apagadas": 0, "tentativas": 0}
    call_command("limpar_sessoes_expiradas", stdout=saida)
    assert "0 sessões expiradas encerradas, 0 antigas apagadas." in saida.getvalue()


def test_the_operator_opens_a_locked_login(pessoa: Pessoa, navegador: Client, settings: Any) -> None:
    settings.LOGIN_TENTATIVAS = 1
    entrar(navegador, senha="errada")
    assert "Muitas tentativas" in entrar(navegador).content.decode()
    saida = StringIO()
    call_command("desbloquear_login", " MARIA ", stdout=saida)
    call_command("desbloquear_login", "maria", stdout=saida)
    assert saida.getvalue().splitlines() == [" MARIA : liberado.", "maria: não estava bloqueado."]
    assert entrar(navegador).status_code == 302


def test_a_manager_ends_a_session_of_their_own_company_and_of_no_other(
    pessoa: Pessoa, meu: Client, outra_empresa: Empresa
) -> None:
    colega = SessionContextFactory(vinculo__perfil=pessoa.alfa)
    alheia = SessionContextFactory(vinculo__perfil=pessoa.beta)
    dados = ocultos(meu.get("/admin/sessions_ctx/sessioncontext/").content.decode(), "_selected_action")
    dados |= {"action": "encerrar"}
    for contexto in (colega, alheia):
        meu.post("/admin/sessions_ctx/sessioncontext/", dados | {"_selected_action": str(contexto.pk)})
        contexto.refresh_from_db()
    assert (colega.ativo, colega.fim) == (False, SessionContext.Fim.ENCERRADA)
    assert alheia.ativo
    registro = RegistroAuditoria.objects.get(acao="contexto_encerrado")
    assert (registro.objeto_id, registro.empresa_id) == (str(colega.pk), pessoa.alfa.empresa_id)
