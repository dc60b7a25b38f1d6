"""The simulator's journal: what left stays known after its own kill -9.

One line of JSON per fact, each written with one ``write`` on an O_APPEND descriptor. No fsync: killing the
process does not lose what the kernel already has, and a fsync per message would cost more than the message.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOME_DO_ARQUIVO = "registro.jsonl"


class Registro:
    """Appends facts to a file, or forgets them when there is no folder (in-process tests)."""

    def __init__(self, pasta: Path | None) -> None:
        self._arquivo = None if pasta is None else pasta / NOME_DO_ARQUIVO
        self._descritor = -1
        if self._arquivo is not None:
            self._arquivo.parent.mkdir(parents=True, exist_ok=True)
            self._abrir(self._arquivo)

    def _abrir(self, arquivo: Path) -> None:
        self._descritor = os.open(arquivo, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        tamanho = os.fstat(self._descritor).st_size
        # A half line left by a crash would swallow the next fact written behind it.
        if tamanho and os.pread(self._descritor, 1, tamanho - 1) != b"\n":
            os.write(self._descritor, b"\n")

    def anotar(self, fato: dict[str, Any]) -> None:
        if self._descritor >= 0:
            os.write(self._descritor, json.dumps(fato, separators=(",", ":")).encode() + b"\n")

    def ler(self) -> Iterator[dict[str, Any]]:
        """Every whole fact in order; a line cut by a crash is passed over."""
        if self._arquivo is None:
            return
        with self._arquivo.open("rb") as linhas:
            for linha in linhas:
                try:
                    yield json.loads(linha)
                except ValueError:
                    continue

    def apagar(self) -> None:
        if self._descritor >= 0:
            os.ftruncate(self._descritor, 0)

    def fechar(self) -> None:
        if self._descritor >= 0:
            os.close(self._descritor)
            self._descritor = -1
