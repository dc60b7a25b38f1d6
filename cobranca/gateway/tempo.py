"""The gateway's clock readings: unix seconds, sometimes as text, sometimes as a split 64-bit number."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

_MAIOR = 4_102_444_800  # the year 2100: anything beyond is a mistake (or milliseconds)


def momento_de(valor: Any) -> datetime | None:
    """An aware moment, or None for what is no sensible time."""
    if isinstance(valor, dict):
        valor = valor.get("low")
    if isinstance(valor, str) and valor.isascii() and valor.isdigit() and len(valor) <= 10:
        valor = int(valor)
    if isinstance(valor, bool) or not isinstance(valor, int) or not 0 < valor < _MAIOR:
        return None
    return datetime.fromtimestamp(valor, UTC)
