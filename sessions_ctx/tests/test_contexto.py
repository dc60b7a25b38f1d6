import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from nucleo.ator import Ator
from nucleo.escopo import escopo_do_usuario
from nucleo.models import Empresa, RegistroAuditoria, Usuario, Vinculo
from sessions_ctx.errors import ContextoMudou, PerfilNaoDisponivel
from sessions_ctx.models import SessionContext, TentativaLogin
from sessions_ctx.selectors import get_active_session_by_user, get_session_context, sessao_id_de
from sessions_ctx.services import (
    cleanup_expired_sessions,
    create_session_context,
    deactivate_session,
    update_active_profile,
)
from sessions_ctx.tests.conftest import Pessoa, campo, entrar, trocar

pytestmark = pytest.mark.django_db


def _dentro(navegador: Client, pessoa: Pessoa) -> Client:
    entrar(navegador)
    trocar(navegador, pessoa.alfa)
    return navegador


def _caiu_no_login(navegador: Client) -> bool:
    return navegador.get("/admin/").headers.get("Location", "").startswith("/admin/login/")


def test_the_two_log_lines_of_the_write_up_and_no_other(
    pessoa: Pessoa, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="sessions_ctx")
    with escopo_do_usuario(pessoa.usuario.pk):
        create_session_context(
            usuario=pessoa.usuario,
            perfil=pessoa.alfa.pk,
            sessao_id="s1",
            ator=Ator("teste", pessoa.usuario.pk),
        )
        update_active_profile(
            usuario=pessoa.usuario,
            perfil=pessoa.beta.pk,
            sessao_id="s1",
            versao=1,
            ator=Ator("teste", pessoa.usuario.pk),
        )
        get_session_context(usuario=pessoa.usuario, sessao_id="s1")
    assert caplog.messages == [
        f"Perfil atualizado no banco - sessao s1, novo perfil {pessoa.beta.pk}",
        f"Sessão encontrada no banco - usuario {pessoa.usuario.pk}, perfil {pessoa.beta.pk}",
    ]


def test_reading_the_context_is_one_query(pessoa: Pessoa, django_assert_num_queries) -> None:
    with escopo_do_usuario(pessoa.usuario.pk):
        create_session_context(
            usuario=pessoa.usuario,
            perfil=pessoa.alfa.pk,
            sessao_id="s1",
            ator=Ator("teste", pessoa.usuario.pk),
        )
        with django_assert_num_queries(1):
            contexto = get_session_context(usuario=pessoa.usuario, sessao_id="s1")
            assert contexto is not None
            assert contexto.empresa.slug == "alfa"
            assert contexto.perfil_ativo.nome == "gerente"


@pytest.mark.parametrize(
    "motivo", ["de outra pessoa", "retirado", "desativado", "empresa desligada", "não existe"]
)
def test_only_a_perfil_held_now_can_be_activated(pessoa: Pessoa, motivo: str) -> None:
    perfil = pessoa.beta.pk
    if motivo == "de outra pessoa":
        perfil = type(pessoa.beta).objects.get(empresa=pessoa.beta.empresa, nome="gerente").pk
    elif motivo == "retirado":
        Vinculo.objects.filter(perfil=pessoa.beta).update(ativo=False)
    elif motivo == "desativado":
        type(pessoa.beta).objects.filter(pk=perfil).update(ativo=False)
    elif motivo == "empresa desligada":
        Empresa.objects.filter(slug="beta").update(ativa=False)
    else:
        perfil = 2**40
    with escopo_do_usuario(pessoa.usuario.pk):
        create_session_context(
            usuario=pessoa.usuario,
            perfil=pessoa.alfa.pk,
            sessao_id="s1",
            ator=Ator("teste", pessoa.usuario.pk),
        )
        with pytest.raises(PerfilNaoDisponivel, match="não está disponível"):
            update_active_profile(
                usuario=pessoa.usuario,
                perfil=perfil,
                sessao_id="s1",
                versao=1,
                ator=Ator("teste", pessoa.usuario.pk),
            )
        contexto = get_session_context(usuario=pessoa.usuario, sessao_id="s1")
    assert contexto is not None
    assert (contexto.perfil_ativo, contexto.versao) == (pessoa.alfa, 1)


def test_a_switch_that_saw_an_older_version_is_told(pessoa: Pessoa) -> None:
    with escopo_do_usuario(pessoa.usuario.pk):
        create_session_context(
            usuario=pessoa.usuario,
            perfil=pessoa.alfa.pk,
            sessao_id="s1",
            ator=Ator("teste", pessoa.usuario.pk),
        )
        update_active_profile(
            usuario=pessoa.usuario,
            perfil=pessoa.beta.pk,
            sessao_id="s1",
            versao=1,
            ator=Ator("teste", pessoa.usuario.pk),
        )
        with pytest.raises(ContextoMudou):
            update_active_profile(
                usuario=pessoa.usuario,
                perfil=pessoa.alfa.pk,
                sessao_id="s1",
                versao=1,
                ator=Ator("teste", pessoa.usuario.pk),
            )


def test_a_switch_on_one_device_leaves_the_others_alone(pessoa: Pessoa, navegador: Client) -> None:
    _dentro(navegador, pessoa)
    outro = Client(enforce_csrf_checks=True)
    entrar(outro)
    trocar(outro, pessoa.beta)
    assert 'data-empresa="alfa"' in navegador.get("/admin/").content.decode()
    assert 'data-empresa="beta"' in outro.get("/admin/").content.decode()


@pytest.mark.parametrize("perda", ["retirado", "desativado", "empresa desligada"])
def test_a_lost_perfil_is_gone_on_the_next_request_and_nothing_is_invented(
    pessoa: Pessoa, navegador: Client, perda: str
) -> None:
    _dentro(navegador, pessoa)
    if perda == "retirado":
        Vinculo.objects.filter(perfil=pessoa.alfa).update(ativo=False)
    elif perda == "desativado":
        type(pessoa.alfa).objects.filter(pk=pessoa.alfa.pk).update(ativo=False)
    else:
        Empresa.objects.filter(slug="alfa").update(ativa=False)
    antes = SessionContext.objects.count()
    assert navegador.get("/admin/nucleo/perfil/").headers["Location"].startswith("/admin/contexto/?next=")
    assert navegador.get("/api/v1/clientes/").status_code == 403
    assert SessionContext.objects.count() == antes
    trocar(navegador, pessoa.beta)
    assert 'data-empresa="beta"' in navegador.get("/admin/").content.decode()


def test_a_deactivated_person_is_out_on_the_next_request(pessoa: Pessoa, navegador: Client) -> None:
    _dentro(navegador, pessoa)
    Usuario.objects.filter(pk=pessoa.usuario.pk).update(is_active=False)
    assert _caiu_no_login(navegador)


def test_idle_too_long_means_gone_and_the_login_page_leads_back(
    pessoa: Pessoa, navegador: Client, settings: Any
) -> None:
    _dentro(navegador, pessoa)
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.SESSAO_OCIOSA_S + 1)):
        resposta = navegador.get("/admin/nucleo/perfil/?q=x")
        assert resposta.headers["Location"] == "/admin/login/?next=%2Fadmin%2Fnucleo%2Fperfil%2F%3Fq%3Dx"
        assert "Sua sessão expirou" in navegador.get(resposta.headers["Location"]).content.decode()
        assert _caiu_no_login(navegador)
    contexto = SessionContext.objects.get()
    assert (contexto.ativo, contexto.fim) == (False, SessionContext.Fim.EXPIRADA)


def test_use_moves_the_idle_limit_but_never_past_the_absolute_one(
    pessoa: Pessoa, navegador: Client, settings: Any
) -> None:
    settings.SESSAO_OCIOSA_S, settings.SESSAO_ABSOLUTA_S = 3600, 9000
    _dentro(navegador, pessoa)
    inicio = timezone.now()
    for minutos in (50, 100, 145):
        with time_machine.travel(inicio + timedelta(minutes=minutos)):
            assert navegador.get("/admin/").status_code == 200
    with time_machine.travel(inicio + timedelta(minutes=151)):
        assert _caiu_no_login(navegador)


def test_use_is_written_at_most_once_a_minute(pessoa: Pessoa, navegador: Client) -> None:
    _dentro(navegador, pessoa)
    antes = SessionContext.objects.get().ultimo_uso
    with time_machine.travel(antes + timedelta(seconds=30)):
        navegador.get("/admin/")
        assert SessionContext.objects.get().ultimo_uso == antes
    with time_machine.travel(antes + timedelta(seconds=61)):
        navegador.get("/admin/")
        assert SessionContext.objects.get().ultimo_uso > antes


def test_leaving_and_choosing_again_does_not_restart_the_absolute_limit(pessoa: Pessoa) -> None:
    with escopo_do_usuario(pessoa.usuario.pk):
        primeiro = create_session_context(
            usuario=pessoa.usuario,
            perfil=pessoa.alfa.pk,
            sessao_id="s1",
            ator=Ator("teste", pessoa.usuario.pk),
        )
        deactivate_session(usuario=pessoa.usuario, sessao_id="s1", ator=Ator("teste", pessoa.usuario.pk))
        segundo = create_session_context(
            usuario=pessoa.usuario,
            perfil=pessoa.alfa.pk,
            sessao_id="s1",
            ator=Ator("teste", pessoa.usuario.pk),
        )
    assert segundo.data_criacao == primeiro.data_criacao
    assert segundo.versao == 2


def test_ending_the_other_sessions_ends_their_logins_too(pessoa: Pessoa, navegador: Client) -> None:
    _dentro(navegador, pessoa)
    outro = Client(enforce_csrf_checks=True)
    entrar(outro)
    html = navegador.get("/admin/contexto/sessoes/").content.decode()
    dados = {"csrfmiddlewaretoken": campo(html, "csrfmiddlewaretoken")}
    navegador.post("/admin/contexto/sessoes/encerrar/", dados)
    resposta = outro.get("/api/v1/sessao/contexto/")
    assert (resposta.status_code, resposta.json()["code"]) == (401, "sessao_encerrada")
    assert _caiu_no_login(outro)
    assert navegador.get("/admin/").status_code == 200


def test_my_sessions_show_the_device_and_the_latest_logins(pessoa: Pessoa, navegador: Client) -> None:
    navegador.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0 Safari/537.36"
    _dentro(navegador, pessoa)
    html = navegador.get("/admin/contexto/sessoes/").content.decode()
    assert "Chrome no Linux" in html
    assert "Mozilla" not in html
    assert "Nenhuma entrada ou troca" not in html


def test_the_session_of_another_person_cannot_be_ended(pessoa: Pessoa, navegador: Client) -> None:
    _dentro(navegador, pessoa)
    alvo = SessionContext.objects.get()
    estranho = Client()
    estranho.force_login(get_user_model().objects.create_user("estranho"))
    estranho.post("/admin/contexto/sessoes/encerrar/", {"sessao": alvo.pk})
    alvo.refresh_from_db()
    assert alvo.ativo


def test_an_invented_session_id_finds_nothing(pessoa: Pessoa, navegador: Client) -> None:
    _dentro(navegador, pessoa)
    falso = Client()
    falso.cookies["sessionid"] = SessionContext.objects.get().sessao_id[:32]
    assert _caiu_no_login(falso)
    with escopo_do_usuario(pessoa.usuario.pk):
        assert get_session_context(usuario=pessoa.usuario, sessao_id=sessao_id_de("inventada")) is None


def test_a_new_password_keeps_this_session_and_its_context(pessoa: Pessoa, navegador: Client) -> None:
    _dentro(navegador, pessoa)
    html = navegador.get("/admin/password_change/").content.decode()
    trecho = 'name="old_password"'
    dados = {
        "csrfmiddlewaretoken": campo(html, "csrfmiddlewaretoken"),
        "_contexto": campo(html, "_contexto"),
        "old_password": "senha-de-teste-1",
        "new_password1": "outra-senha-longa-9",
        "new_password2": "outra-senha-longa-9",
    }
    assert trecho in html
    assert navegador.post("/admin/password_change/", dados).status_code == 302
    assert 'data-empresa="alfa"' in navegador.get("/admin/").content.decode()


def test_the_most_recently_used_live_context_is_found_on_whatever_device(pessoa: Pessoa) -> None:
    agora = timezone.now()
    with escopo_do_usuario(pessoa.usuario.pk):
        for horas, sessao in ((2, "velha"), (1, "nova")):
            with time_machine.travel(agora - timedelta(hours=horas), tick=False):
                create_session_context(
                    usuario=pessoa.usuario,
                    perfil=pessoa.alfa.pk,
                    sessao_id=sessao,
                    ator=Ator("teste", pessoa.usuario.pk),
                )
        achada = get_active_session_by_user(usuario=pessoa.usuario)
    assert achada is not None
    assert achada.sessao_id == "nova"


def test_clean_up_ends_the_expired_and_forgets_the_old_but_the_last_used(pessoa: Pessoa) -> None:
    agora = timezone.now()
    with escopo_do_usuario(pessoa.usuario.pk):
        for dias, sessao in ((400, "a"), (300, "b"), (1, "c")):
            with time_machine.travel(agora - timedelta(days=dias), tick=False):
                create_session_context(
                    usuario=pessoa.usuario,
                    perfil=pessoa.alfa.pk,
                    sessao_id=sessao,
                    ator=Ator("teste", pessoa.usuario.pk),
                )
        create_session_context(
            usuario=pessoa.usuario,
            perfil=pessoa.alfa.pk,
            sessao_id="viva",
            ator=Ator("teste", pessoa.usuario.pk),
        )
    assert cleanup_expired_sessions() == {"expiradas": 3, "apagadas": 2}
    assert list(SessionContext.objects.order_by("pk").values_list("sessao_id", "ativo")) == [
        ("c", False),
        ("viva", True),
    ]
    assert cleanup_expired_sessions() == {"expiradas": 0, "apagadas": 0}


def test_wrong_passwords_lock_the_login_and_time_opens_it(
    pessoa: Pessoa, navegador: Client, settings: Any
) -> None:
    settings.LOGIN_TENTATIVAS = 3
    for _ in range(3):
        assert "incorretos" in entrar(navegador, senha="errada").content.decode()
    certa = entrar(navegador)
    assert "Muitas tentativas" in certa.content.decode()
    assert RegistroAuditoria.objects.filter(acao="login_bloqueado").count() == 1
    assert RegistroAuditoria.objects.filter(acao="login_recusado").count() == 3
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.LOGIN_JANELA_S + 1)):
        assert entrar(navegador).status_code == 302
    assert not TentativaLogin.objects.filter(chave="login:maria").exists()


def test_the_api_says_how_long_the_lock_lasts(pessoa: Pessoa, settings: Any) -> None:
    settings.LOGIN_TENTATIVAS = 1
    cliente = Client()
    dados = {"usuario": "maria", "senha": "errada"}
    assert cliente.post("/api/v1/sessao/entrar/", dados, content_type="application/json").status_code == 401
    resposta = cliente.post("/api/v1/sessao/entrar/", dados, content_type="application/json")
    assert resposta.status_code == 429
    assert 0 < int(resposta.headers["Retry-After"]) <= settings.LOGIN_JANELA_S


def test_one_address_cannot_try_many_logins(pessoa: Pessoa, settings: Any) -> None:
    settings.LOGIN_TENTATIVAS_ENDERECO = 2
    cliente = Client()
    estados = [
        cliente.post(
            "/api/v1/sessao/entrar/", {"usuario": f"x{n}", "senha": "y"}, content_type="application/json"
        ).status_code
        for n in range(4)
    ]
    assert estados == [401, 401, 429, 429]
