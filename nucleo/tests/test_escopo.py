import pytest
from django.db import connection, transaction

from nucleo.escopo import EscopoDentroDeTransacao, empresa_atual_id, escopo, escopo_do_usuario, visao_do_dono
from nucleo.models import Empresa, Perfil, Vinculo
from nucleo.tests.factories import PerfilFactory, VinculoFactory

pytestmark = pytest.mark.django_db


def _papel() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


def test_inside_a_scope_only_the_rows_of_that_empresa_are_seen(
    empresa: Empresa, outra_empresa: Empresa
) -> None:
    with escopo(empresa):
        assert _papel() == "inquilino"
        assert set(Perfil.objects.values_list("empresa_id", flat=True)) == {empresa.pk}
        assert not Perfil.objects.filter(empresa=outra_empresa).exists()


def test_rows_of_another_empresa_cannot_be_changed_or_deleted(
    empresa: Empresa, outra_empresa: Empresa
) -> None:
    with escopo(empresa):
        assert Perfil.objects.filter(empresa_id=outra_empresa.pk).update(nome="x") == 0
        assert Perfil.objects.filter(empresa_id=outra_empresa.pk).delete()[0] == 0


def test_leaving_a_scope_restores_the_previous_one(empresa: Empresa, outra_empresa: Empresa) -> None:
    with escopo(empresa):
        with escopo(outra_empresa):
            assert empresa_atual_id() == outra_empresa.pk
        assert empresa_atual_id() == empresa.pk
        assert set(Perfil.objects.values_list("empresa_id", flat=True)) == {empresa.pk}
    assert empresa_atual_id() is None


def test_a_scope_cannot_be_entered_inside_a_transaction(empresa: Empresa) -> None:
    with transaction.atomic(), pytest.raises(EscopoDentroDeTransacao), escopo(empresa):
        pass


def test_before_there_is_an_empresa_a_person_sees_only_their_own_perfis(
    empresa: Empresa, outra_empresa: Empresa
) -> None:
    meu = VinculoFactory(perfil=PerfilFactory(empresa=empresa))
    VinculoFactory(perfil=PerfilFactory(empresa=outra_empresa))
    with escopo_do_usuario(meu.usuario_id):
        assert list(Vinculo.objects.all()) == [meu]
        assert list(Perfil.objects.all()) == [meu.perfil]
        assert list(Empresa.objects.all()) == [empresa]


def test_the_owner_view_needs_a_written_reason() -> None:
    with pytest.raises(ValueError, match="motivo"), visao_do_dono("  "):
        pass
