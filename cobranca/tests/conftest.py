"""A simulated gateway of this test's own, with its control routes at hand."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from cobranca.services.instancias import clientes_fechar
from cobranca.simulador.estado import Opcoes
from cobranca.simulador.servidor import Servidor, em_execucao


class Simulado:
    """The simulated gateway as tests use it."""

    def __init__(self, servidor: Servidor) -> None:
        self.servidor = servidor
        self.url = servidor.url

    def modo(self, nome: str, **opcoes: Any) -> None:
        httpx.post(f"{self.url}/_simulador/modo", json={"modo": nome, **opcoes}).raise_for_status()

    def enviadas(self) -> list[dict[str, Any]]:
        resposta = httpx.get(f"{self.url}/_simulador/enviadas")
        resposta.raise_for_status()
        return list(resposta.json())

    def textos(self) -> list[str]:
        return [enviada["texto"] for enviada in self.enviadas()]


@pytest.fixture
def simulado() -> Iterator[Simulado]:
    with em_execucao(opcoes=Opcoes(eventos=False)) as servidor:
        yield Simulado(servidor)


@pytest.fixture(autouse=True)
def _sem_conexoes_abertas() -> Iterator[None]:
    yield
    clientes_fechar()
