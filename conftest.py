"""Fixtures of the whole suite: two companies, their scopes, and callers of the API."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from rest_framework.test import APIClient

from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.chaves import chave_criar
from nucleo.services.empresas import empresa_criar

# A busy machine draws slowly; how long an example takes says nothing about the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# The browser and its server, for every app.
pytest_plugins = ["config.tests.navegador"]


@pytest.fixture
def ator() -> Ator:
    return Ator("teste")


@pytest.fixture
def empresa(db: None) -> Empresa:
    """A company with its defaults, as `criar_empresa` makes it; the test works as owner."""
    return empresa_criar(slug="alfa", nome="Retífica Alfa")


@pytest.fixture
def outra_empresa(db: None) -> Empresa:
    return empresa_criar(slug="beta", nome="Retífica Beta")


@pytest.fixture
def no_escopo(empresa: Empresa) -> Iterator[Empresa]:
    """The test works as `inquilino` of `empresa`, as web and workers do."""
    with escopo(empresa):
        yield empresa


@pytest.fixture
def api(empresa: Empresa, ator: Ator) -> APIClient:
    """A client of the API with a key of `empresa`."""
    return cliente_da_api(empresa, ator)


@pytest.fixture
def outra_api(outra_empresa: Empresa, ator: Ator) -> APIClient:
    return cliente_da_api(outra_empresa, ator)


def cliente_da_api(empresa: Empresa, ator: Ator) -> APIClient:
    with escopo(empresa):
        _, texto = chave_criar(empresa=empresa, nome="teste", ator=ator)
    cliente = APIClient()
    cliente.credentials(HTTP_AUTHORIZATION=f"Api-Key {texto}")
    return cliente
