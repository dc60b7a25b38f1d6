"""What billing does when others announce news, in their transaction."""

from typing import Any

from cobranca.services.padroes import padroes_criar
from nucleo.models import Empresa
from nucleo.signals import empresa_criada


def ao_criar_empresa(sender: Any, empresa: Empresa, **_: Any) -> None:
    """A new empresa can bill at once."""
    padroes_criar(empresa=empresa)


def conectar() -> None:
    """Connect every receiver (called once by the app's `ready`)."""
    empresa_criada.connect(ao_criar_empresa, dispatch_uid="cobranca.ao_criar_empresa")
