"""Quotes for tests, made by the service itself: real numbers from the real series."""

from decimal import Decimal

import factory

from clientes.tests.factories import ClienteFactory
from nucleo.ator import Ator
from orcamentos.models import Orcamento
from orcamentos.services import DadosDoItem, orcamento_criar, orcamento_enviar


def item(quantidade="1", preco="10.00", **outros) -> DadosDoItem:
    if "produto" not in outros:
        outros.setdefault("descricao", "Retífica de cabeçote")
    return DadosDoItem(quantidade=Decimal(quantidade), preco_unitario=Decimal(preco), **outros)


class OrcamentoFactory(factory.django.DjangoModelFactory):
    """Needs `empresa`; works inside its scope."""

    class Meta:
        model = Orcamento

    cliente = factory.SubFactory(ClienteFactory, empresa=factory.SelfAttribute("..empresa"))
    itens = factory.LazyFunction(lambda: [item()])

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return orcamento_criar(ator=Ator("teste"), **kwargs)


class EnviadoFactory(OrcamentoFactory):
    """The same, sent to the customer."""

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        orcamento = super()._create(model_class, *args, **kwargs)
        return orcamento_enviar(
            empresa=orcamento.empresa, ator=Ator("teste"), orcamento_id=orcamento.pk, versao=orcamento.versao
        )
