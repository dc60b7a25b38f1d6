"""Who may manage people does not thereby may everything: through the office's own pages."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from nucleo.models import ChaveApi, Empresa, Perfil, RegistroAuditoria, Usuario, Vinculo
from nucleo.tests.factories import PerfilFactory, UsuarioFactory, VinculoFactory

pytestmark = pytest.mark.django_db
PESSOAS = [f"{verbo}_{modelo}" for modelo in ("perfil", "vinculo", "usuario", "chaveapi")
           for verbo in ("view", "add", "change")]  # fmt: skip
RECUSA = "pode mais do que o seu perfil"


def _perfil(empresa: Empresa, nome: str, *codigos: str) -> Perfil:
    perfil = PerfilFactory(empresa=empresa, nome=nome)
    perfil.permissoes.set(Permission.objects.filter(codename__in=codigos))
    return perfil


@pytest.fixture
def rh(empresa: Empresa) -> Perfil:
    """A role that manages people, and sees customers, in a company whose manager may do everything."""
    return _perfil(empresa, "pessoal", *PESSOAS, "view_cliente")


@pytest.fixture
def entrar(empresa: Empresa) -> Callable[[Perfil], Client]:
    def como(perfil: Perfil) -> Client:
        navegador = Client()
        navegador.force_login(VinculoFactory(perfil=perfil).usuario)
        return navegador

    return como


@pytest.fixture
def gerente(empresa: Empresa) -> Perfil:
    return Perfil.objects.get(empresa=empresa, nome="gerente")


@pytest.fixture
def pessoal(rh: Perfil, entrar: Callable[[Perfil], Client]) -> Client:
    return entrar(rh)


def _ids(perfil: Perfil, *mais: str) -> list[int]:
    outras = Permission.objects.filter(codename__in=mais)
    return [*perfil.permissoes.values_list("pk", flat=True), *outras.values_list("pk", flat=True)]


def test_who_manages_people_cannot_give_their_own_perfil_more(rh: Perfil, pessoal: Client) -> None:
    resposta = pessoal.post(
        f"/admin/nucleo/perfil/{rh.pk}/change/",
        {"nome": "pessoal", "ativo": "on", "permissoes": _ids(rh, "delete_produto")},
    )
    assert RECUSA in resposta.content.decode()
    assert set(rh.permissoes.values_list("codename", flat=True)) == {*PESSOAS, "view_cliente"}


@pytest.mark.parametrize("mudanca", [{}, {"ativo": ""}])
def test_a_perfil_that_may_do_more_is_not_theirs_to_change(
    gerente: Perfil, pessoal: Client, mudanca: dict[str, str]
) -> None:
    antes = set(_ids(gerente))
    dados = {"nome": "outro", "ativo": "on", "permissoes": []} | mudanca
    assert RECUSA in pessoal.post(f"/admin/nucleo/perfil/{gerente.pk}/change/", dados).content.decode()
    gerente.refresh_from_db()
    assert (gerente.nome, gerente.ativo, set(_ids(gerente))) == ("gerente", True, antes)


def test_what_they_may_do_themselves_they_may_hand_on(rh: Perfil, pessoal: Client) -> None:
    dados = {"nome": "balcão", "ativo": "on",
             "permissoes": Permission.objects.get(codename="view_cliente").pk}  # fmt: skip
    assert pessoal.post("/admin/nucleo/perfil/add/", dados).status_code == 302
    novo = Perfil.objects.get(nome="balcão")
    assert novo.nomes_das_permissoes == {"clientes.view_cliente"}
    registro = RegistroAuditoria.objects.get(acao="perfil_criado", objeto_id=str(novo.pk))
    assert (registro.detalhe["dadas"], registro.detalhe["tiradas"]) == (["clientes.view_cliente"], [])
    outra = VinculoFactory(perfil=rh).usuario
    dados = {"usuario": str(outra.pk), "perfil": str(novo.pk)}
    assert pessoal.post("/admin/nucleo/vinculo/add/", dados).status_code == 302
    assert Vinculo.objects.filter(usuario=outra, perfil=novo, ativo=True).exists()


def test_the_managers_perfil_cannot_be_given_taken_or_given_back(
    rh: Perfil, gerente: Perfil, pessoal: Client
) -> None:
    colega = VinculoFactory(perfil=rh).usuario
    resposta = pessoal.post("/admin/nucleo/vinculo/add/", {"usuario": colega.pk, "perfil": gerente.pk})
    assert RECUSA in resposta.content.decode()
    assert not Vinculo.objects.filter(usuario=colega, perfil=gerente).exists()
    chefe = VinculoFactory(perfil=gerente)
    antiga = VinculoFactory(perfil=gerente, ativo=False)
    for vinculo, acao in ((chefe, "retirar"), (antiga, "devolver")):
        resposta = pessoal.post(
            "/admin/nucleo/vinculo/", {"action": acao, "_selected_action": [vinculo.pk]}, follow=True
        )
        assert RECUSA in resposta.content.decode()
    assert Vinculo.objects.get(pk=chefe.pk).ativo
    assert not Vinculo.objects.get(pk=antiga.pk).ativo


def test_a_new_person_does_not_start_above_who_made_them(gerente: Perfil, pessoal: Client) -> None:
    dados = {"username": "nova", "nome": "Nova", "email": "", "perfil": gerente.pk,
             "senha": "uma-senha-bem-longa-7"}  # fmt: skip
    assert RECUSA in pessoal.post("/admin/nucleo/usuario/add/", dados).content.decode()
    assert not Usuario.objects.filter(username="nova").exists()


def test_the_password_of_who_may_do_more_stays(gerente: Perfil, rh: Perfil, pessoal: Client) -> None:
    chefe, colega = VinculoFactory(perfil=gerente).usuario, VinculoFactory(perfil=rh).usuario
    dados = {"action": "redefinir_senha", "_selected_action": [chefe.pk, colega.pk]}
    html = pessoal.post("/admin/nucleo/usuario/", dados, follow=True).content.decode()
    assert RECUSA in html
    assert f"Nova senha de {colega.username}" in html
    assert Usuario.objects.get(pk=chefe.pk).password == chefe.password
    assert Usuario.objects.get(pk=colega.pk).password != colega.password


def test_the_password_of_who_also_works_elsewhere_is_not_even_the_managers_to_change(
    gerente: Perfil, entrar: Callable[[Perfil], Client], outra_empresa: Empresa
) -> None:
    pessoa = VinculoFactory(perfil=gerente).usuario
    VinculoFactory(usuario=pessoa, perfil=PerfilFactory(empresa=outra_empresa))
    dados = {"action": "redefinir_senha", "_selected_action": [pessoa.pk]}
    html = entrar(gerente).post("/admin/nucleo/usuario/", dados, follow=True).content.decode()
    assert "também trabalha em outra empresa" in html
    assert Usuario.objects.get(pk=pessoa.pk).password == pessoa.password


@pytest.mark.parametrize("com_perfil", [False, True])
def test_a_key_that_could_do_more_than_its_maker_is_not_made(
    gerente: Perfil, pessoal: Client, com_perfil: bool
) -> None:
    dados = {"nome": "chave mestra", "perfil": str(gerente.pk) if com_perfil else ""}
    assert RECUSA in pessoal.post("/admin/nucleo/chaveapi/add/", dados).content.decode()
    assert not ChaveApi.objects.exists()


def test_whoever_may_all_that_anybody_here_may_hands_on_also_what_is_new(
    empresa: Empresa, gerente: Perfil, entrar: Callable[[Perfil], Client]
) -> None:
    """As after an update: the new screen's permission is in no perfil yet."""
    nova = Permission.objects.get(codename="view_cliente")
    for perfil in Perfil.objects.filter(empresa=empresa):
        perfil.permissoes.remove(nova)
    dados = {"nome": "gerente", "ativo": "on", "permissoes": [*_ids(gerente), nova.pk]}
    endereco = f"/admin/nucleo/perfil/{gerente.pk}/change/"
    assert entrar(gerente).post(endereco, dados).status_code == 302
    assert gerente.permissoes.filter(pk=nova.pk).exists()


def test_the_schedulers_permissions_are_nobodys_to_give(
    gerente: Perfil, entrar: Callable[[Perfil], Client]
) -> None:
    da_agenda = Permission.objects.filter(content_type__app_label="django_celery_beat").first()
    assert da_agenda is not None
    dados = {"nome": "gerente", "ativo": "on", "permissoes": [*_ids(gerente), da_agenda.pk]}
    endereco = f"/admin/nucleo/perfil/{gerente.pk}/change/"
    assert entrar(gerente).post(endereco, dados).status_code == 200
    assert not gerente.permissoes.filter(pk=da_agenda.pk).exists()


def test_an_account_is_not_edited_whatever_is_sent(
    gerente: Perfil, entrar: Callable[[Perfil], Client]
) -> None:
    pessoa = VinculoFactory(perfil=gerente, usuario=UsuarioFactory(username="ana")).usuario
    tentativa = {"username": "outra", "is_superuser": "on", "password": "x", "is_staff": "", "nome": "z"}
    entrar(gerente).post(f"/admin/nucleo/usuario/{pessoa.pk}/change/", tentativa)
    depois = Usuario.objects.get(pk=pessoa.pk)
    assert (depois.username, depois.is_superuser, depois.password) == ("ana", False, pessoa.password)
    assert (depois.is_staff, depois.nome) == (True, pessoa.nome)


def test_the_superuser_flag_alone_allows_nothing(rh: Perfil, empresa: Empresa) -> None:
    vinculo = VinculoFactory(perfil=rh, usuario=UsuarioFactory(is_superuser=True))
    navegador = Client()
    navegador.force_login(vinculo.usuario)
    assert navegador.get("/admin/estoque/produto/").status_code == 403
    assert navegador.get("/admin/nucleo/perfil/").status_code == 200


@pytest.mark.parametrize(
    "pergunta",
    [
        "usuario/?password__startswith=pbkdf2",
        "usuario/?password__contains=a",
        "usuario/?vinculos__usuario__password__startswith=a",
        "vinculo/?usuario__password__startswith=a",
        "perfil/?vinculos__usuario__password__startswith=a",
    ],
)
def test_no_filter_of_a_list_spells_out_a_password_hash(
    gerente: Perfil, entrar: Callable[[Perfil], Client], pergunta: str
) -> None:
    assert entrar(gerente).get(f"/admin/nucleo/{pergunta}").status_code == 400
