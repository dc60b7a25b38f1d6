import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.test import Client

from nucleo.models import Empresa
from nucleo.tests.factories import PerfilFactory, UsuarioFactory

pytestmark = pytest.mark.django_db


def test_the_login_page_opens_for_a_stranger(client: Client) -> None:
    assert client.get("/admin/login/").status_code == 200


def test_a_stranger_may_do_nothing() -> None:
    assert not AnonymousUser().has_perm("nucleo.view_empresa")
    assert not AnonymousUser().has_module_perms("nucleo")


def test_a_superuser_without_a_perfil_may_do_nothing() -> None:
    pessoa = UsuarioFactory(is_superuser=True)
    assert not pessoa.has_perm("nucleo.view_empresa")
    assert pessoa.get_all_permissions() == set()


def test_a_person_may_do_what_the_active_perfil_may(empresa: Empresa) -> None:
    pessoa = UsuarioFactory()
    perfil = PerfilFactory(empresa=empresa)
    perfil.permissoes.add(Permission.objects.get(codename="view_empresa"))
    pessoa.perfil_ativo = perfil
    assert pessoa.has_perm("nucleo.view_empresa")
    assert pessoa.has_module_perms("nucleo")
    assert not pessoa.has_perms(["nucleo.view_empresa", "nucleo.change_empresa"])


def test_an_inactive_person_may_do_nothing(empresa: Empresa) -> None:
    pessoa = UsuarioFactory(is_active=False)
    pessoa.perfil_ativo = PerfilFactory(empresa=empresa)
    pessoa.perfil_ativo.permissoes.add(Permission.objects.get(codename="view_empresa"))
    assert not pessoa.has_perm("nucleo.view_empresa")
