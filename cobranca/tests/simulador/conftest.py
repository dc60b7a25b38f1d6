from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from cobranca.simulador.estado import Opcoes
from cobranca.simulador.servidor import Servidor, em_execucao


@pytest.fixture
def servidor() -> Iterator[Servidor]:
    """The simulator as a newcomer meets it: any instance, any key."""
    with em_execucao(opcoes=Opcoes(atraso_entrega_s=0.0, atraso_leitura_s=0.0)) as vivo:
        yield vivo


@pytest.fixture
def cliente(servidor: Servidor) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=servidor.url, headers={"apikey": "k"}, timeout=5, trust_env=False) as http:
        yield http


@pytest.fixture
def estrito() -> Iterator[Servidor]:
    """The simulator as the real server was recorded: known instances, checked keys."""
    opcoes = Opcoes(
        estrito=True,
        chave_global="test-global-key-0001",
        atraso_entrega_s=0.0,
        atraso_leitura_s=0.0,
        finais_sem_whatsapp=("0000",),
    )
    with em_execucao(opcoes=opcoes) as vivo:
        yield vivo
