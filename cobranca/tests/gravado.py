"""The exchanges recorded on a real Evolution API 2.3.6, by name."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

ARQUIVO = Path(__file__).parent / "dados" / "evolution_gravado.json"


@functools.cache
def _tudo() -> dict[str, Any]:
    dados: dict[str, Any] = json.loads(ARQUIVO.read_text(encoding="utf-8"))
    return dados


def troca(nome: str) -> dict[str, Any]:
    """One recorded exchange: request, and response with status and body (or client_error)."""
    return next(e for e in _tudo()["exchanges"] if e["name"] == nome)


def trocas() -> list[dict[str, Any]]:
    return list(_tudo()["exchanges"])


def avisos() -> list[dict[str, Any]]:
    """The webhook deliveries received from the real server."""
    return list(_tudo()["webhooks"])


def aviso(evento: str, **campos: Any) -> dict[str, Any]:
    """The first delivery of this event whose data has these fields."""
    for gravado in avisos():
        dados = gravado["body"]["data"] or {}
        if gravado["body"]["event"] == evento and all(dados.get(c) == v for c, v in campos.items()):
            return gravado
    raise LookupError(f"{evento} {campos}")
