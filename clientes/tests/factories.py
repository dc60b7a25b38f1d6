"""Customers for tests, made by the service itself: real codes from real counters."""

import factory
from validate_docbr import CNPJ, CPF

from clientes.models import Cliente
from clientes.services import cliente_criar
from nucleo.ator import Ator

CURITIBA, LONDRINA, MANAUS = 4106902, 4113700, 1302603


class ClienteFactory(factory.django.DjangoModelFactory):
    """Needs `empresa`; works inside its scope."""

    class Meta:
        model = Cliente

    nome = factory.Sequence(lambda n: f"Cliente {'ABCDEFGHIJ'[n % 10]}{n}")
    municipio_ibge = CURITIBA

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return cliente_criar(ator=Ator("teste"), **kwargs)


def cpf() -> str:
    return CPF().generate()


def cnpj() -> str:
    return CNPJ().generate()
