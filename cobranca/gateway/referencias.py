"""The reference in a message's text: the only thing by which a lost answer can be cleared up later."""

from __future__ import annotations

import re


def contem_referencia(texto: str, referencia: str) -> bool:
    """Whether ``referencia`` stands in ``texto`` as a word of its own: ``R12`` is not in ``R123``."""
    if not referencia:
        return False
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(referencia)}(?![0-9A-Za-z])", texto) is not None
