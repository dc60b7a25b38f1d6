"""Rows of the stock for tests. Built as owner or inside the empresa's scope, as the test chooses."""

from datetime import date
from decimal import Decimal

import factory

from estoque.models import CarteiraPrincipal, MovimentacaoEstoque, Produto, ProgramacaoProducao
from nucleo.tests.factories import EmpresaFactory


class ProdutoFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Produto

    empresa = factory.SubFactory(EmpresaFactory)
    cod_produto = factory.Sequence(lambda n: f"P{n:04d}")
    nome = factory.Sequence(lambda n: f"Produto {n}")


class MovimentacaoFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MovimentacaoEstoque

    produto = factory.SubFactory(ProdutoFactory)
    empresa = factory.SelfAttribute("produto.empresa")
    tipo = "entrada"
    quantidade = Decimal(10)
    data = date(2026, 1, 5)


class CarteiraFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CarteiraPrincipal

    produto = factory.SubFactory(ProdutoFactory)
    empresa = factory.SelfAttribute("produto.empresa")
    num_pedido = factory.Sequence(lambda n: f"PED-{n}")
    quantidade = Decimal(5)
    qtd_saldo = factory.SelfAttribute("quantidade")
    data_entrega = date(2026, 12, 1)


class ProducaoFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProgramacaoProducao

    produto = factory.SubFactory(ProdutoFactory)
    empresa = factory.SelfAttribute("produto.empresa")
    quantidade = Decimal(8)
    qtd_saldo = factory.SelfAttribute("quantidade")
    data = date(2026, 12, 2)
