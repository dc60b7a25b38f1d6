"""The demo's quotes: every state, repeatable, nothing wrong with the numbers."""

from decimal import Decimal

import pytest

from clientes.tests.factories import ClienteFactory
from estoque.models import CarteiraPrincipal
from estoque.tests.factories import ProdutoFactory
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.models import Empresa
from orcamentos.demo import orcamentos_demo
from orcamentos.models import Orcamento, Status
from orcamentos.services.numeracao import SeriesDeOrcamentos

pytestmark = pytest.mark.django_db


def test_the_demo_has_every_state_and_a_second_call_adds_nothing(no_escopo: Empresa, ator: Ator) -> None:
    for _ in range(3):
        ClienteFactory(empresa=no_escopo)
        ProdutoFactory(empresa=no_escopo, preco_venda=Decimal("12.50"))
    dia = hoje(no_escopo.fuso)
    assert orcamentos_demo(empresa=no_escopo, ator=ator, hoje=dia) == Orcamento.objects.count() == 60
    assert orcamentos_demo(empresa=no_escopo, ator=ator, hoje=dia) == 0
    assert set(Orcamento.objects.values_list("status", flat=True)) == set(Status.values)
    assert Orcamento.objects.filter(revisao=2).exists()
    assert CarteiraPrincipal.objects.exists()
    assert SeriesDeOrcamentos().verificar(no_escopo) == []
    datas = list(Orcamento.objects.order_by("ordem").values_list("data", flat=True))
    assert datas == sorted(datas)
