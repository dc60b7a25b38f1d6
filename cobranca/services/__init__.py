"""All writes of billing."""

from cobranca.services.ciclos import (
    ciclo_cancelar,
    ciclo_criar,
    ciclo_pagar,
    ciclo_prometer,
    ciclos_concluir,
)
from cobranca.services.lote import ciclos_criar_lote

__all__ = [
    "ciclo_cancelar",
    "ciclo_criar",
    "ciclo_pagar",
    "ciclo_prometer",
    "ciclos_concluir",
    "ciclos_criar_lote",
]
