"""Rows and people of billing for tests: built by the public services, inside the empresa's scope."""

from datetime import date, timedelta
from typing import Any

from cobranca.models import Ciclo, Instancia
from cobranca.services import ciclo_criar
from cobranca.services.instancias import instancia_criar
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.models import Empresa

ATOR = Ator("teste")


def dados(numero: int = 1, **outros: Any) -> dict[str, Any]:
    """One valid item of the API."""
    return {
        "external_billing_id": f"FAT-{numero:06d}",
        "nome": f"Cliente {numero}",
        "telefone": f"119{80_000_000 + numero}",
        "valor": "150.00",
        "vencimento": date.today().isoformat(),
        **outros,
    }


def novo_ciclo(empresa: Empresa, numero: int = 1, **outros: Any) -> Ciclo:
    """A ciclo whose only open message is due now (its due date is long past), unless told otherwise."""
    outros.setdefault("vencimento", hoje(empresa.fuso) - timedelta(days=30))
    return ciclo_criar(empresa=empresa, ator=ATOR, **dados(numero, **outros))


def nova_instancia(empresa: Empresa, url: str, nome: str = "principal", **outros: Any) -> Instancia:
    """A sender that is not paced."""
    outros.setdefault("por_minuto", 0)
    instancia, _ = instancia_criar(
        empresa=empresa, ator=ATOR, nome=nome, url=url, chave="chave-de-teste", **outros
    )
    return instancia
