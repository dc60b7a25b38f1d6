"""The background work, run twice."""

from datetime import timedelta

import pytest

from nucleo.escopo import escopo
from nucleo.models import Empresa
from orcamentos.models import Orcamento, Status
from orcamentos.tasks import expirar_orcamentos
from orcamentos.tests.factories import EnviadoFactory

pytestmark = pytest.mark.django_db


def test_the_task_expires_in_every_empresa_and_twice_changes_nothing(
    empresa: Empresa, outra_empresa: Empresa
) -> None:
    for uma in (empresa, outra_empresa):
        with escopo(uma):
            EnviadoFactory(empresa=uma)
    Orcamento.objects.all().update(
        data=Orcamento.objects.first().data, validade=Orcamento.objects.first().data
    )
    import time_machine

    with time_machine.travel(Orcamento.objects.first().criado_em + timedelta(days=3)):
        assert expirar_orcamentos() == 2
        depois = list(Orcamento.objects.order_by("pk").values_list("status", "versao"))
        assert expirar_orcamentos() == 0
    assert depois == [(Status.EXPIRADO, 3)] * 2
    assert list(Orcamento.objects.order_by("pk").values_list("status", "versao")) == depois
