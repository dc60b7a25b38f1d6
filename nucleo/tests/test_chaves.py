from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import ChaveApi, Empresa, RegistroAuditoria
from nucleo.services.chaves import chave_autenticar, chave_criar, chave_revogar

pytestmark = pytest.mark.django_db


@pytest.fixture
def chave(empresa: Empresa, ator: Ator) -> tuple[ChaveApi, str]:
    with escopo(empresa):
        return chave_criar(empresa=empresa, nome="integração", ator=ator)


def test_a_key_names_its_empresa(empresa: Empresa, chave: tuple[ChaveApi, str]) -> None:
    assert chave_autenticar(chave[1]) == (empresa.pk, chave[0].pk)


def test_the_secret_is_stored_only_as_a_digest(chave: tuple[ChaveApi, str]) -> None:
    segredo = chave[1].partition(".")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(c)::text FROM nucleo_chaveapi c")
        linha = cursor.fetchone()[0]
    assert segredo not in linha
    assert chave[0].prefixo in linha


@pytest.mark.parametrize("texto", ["", "x", ".", "a.b", "\x00.b", "a" * 10_000])
def test_a_wrong_key_is_nobody(chave: tuple[ChaveApi, str], texto: str) -> None:
    assert chave_autenticar(texto) is None


def test_a_right_prefix_with_a_wrong_secret_is_nobody(chave: tuple[ChaveApi, str]) -> None:
    assert chave_autenticar(f"{chave[0].prefixo}.errado") is None


def test_a_revoked_key_is_nobody_at_once_and_it_is_audited(
    empresa: Empresa, ator: Ator, chave: tuple[ChaveApi, str]
) -> None:
    with escopo(empresa):
        chave_revogar(empresa=empresa, chave=chave[0], ator=ator)
    assert chave_autenticar(chave[1]) is None
    acoes = RegistroAuditoria.objects.order_by("id").values_list("acao", flat=True)
    assert list(acoes) == ["chave_criada", "chave_revogada"]


def test_an_expired_key_is_nobody(chave: tuple[ChaveApi, str]) -> None:
    ChaveApi.objects.update(expira_em=timezone.now() - timedelta(seconds=1))
    assert chave_autenticar(chave[1]) is None


def test_keys_of_a_switched_off_empresa_are_nobody(empresa: Empresa, chave: tuple[ChaveApi, str]) -> None:
    Empresa.objects.filter(pk=empresa.pk).update(ativa=False)
    assert chave_autenticar(chave[1]) is None
