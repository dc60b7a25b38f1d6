import pytest

from clientes.demo import clientes_demo
from clientes.models import Cliente
from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db


def test_demo_customers_are_valid_spread_over_states_and_made_once(
    empresa: Empresa, outra_empresa: Empresa, ator: Ator
) -> None:
    with escopo(empresa):
        clientes = clientes_demo(empresa=empresa, ator=ator, quantidade=250)
        assert len(clientes) == 250
        assert Cliente.objects.values("municipio__uf").distinct().count() >= 8
        assert any(not c.cpf_cnpj.isdigit() for c in clientes)
        assert clientes_demo(empresa=empresa, ator=ator, quantidade=250) == clientes
        assert Cliente.objects.count() == 250
    with escopo(outra_empresa):
        outros = clientes_demo(empresa=outra_empresa, ator=ator, quantidade=20)
        assert {c.cpf_cnpj for c in outros}.isdisjoint({c.cpf_cnpj for c in clientes})
        assert {c.codigo_cliente for c in outros} & {c.codigo_cliente for c in clientes}
