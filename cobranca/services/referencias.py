"""The reference in a message's text, by which it is found again at the gateway and in an answer."""

import re
from typing import Final

_ALFABETO: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Odd, so multiplying by it modulo a power of two loses nothing: every id has a reference of its own.
_ESPALHA, _BITS = 0x9E3779B97F4A7C15 & ((1 << 45) - 1) | 1, 45
_JUNTA = pow(_ESPALHA, -1, 1 << _BITS)
_REFERENCIA = re.compile(rf"(?<![0-9A-Z])[{_ALFABETO}]{{9}}(?![0-9A-Z])")


def referencia_de(mensagem_id: int) -> str:
    """Return the reference by which a message is found at the gateway: nine characters, one per id."""
    numero = (mensagem_id * _ESPALHA) % (1 << _BITS)
    return "".join(_ALFABETO[(numero >> (5 * i)) & 31] for i in range(_BITS // 5))


def ids_das_referencias(texto: str) -> list[int]:
    """Return the message ids that the references in a text stand for (there may be chance hits)."""
    ids = []
    for achada in _REFERENCIA.findall(texto.upper())[:20]:
        numero = sum(_ALFABETO.index(letra) << (5 * i) for i, letra in enumerate(achada))
        ids.append((numero * _JUNTA) % (1 << _BITS))
    return ids


def com_referencia(texto: str, referencia: str) -> str:
    """Make sure that the text can be found again at the gateway."""
    return texto if referencia in texto else f"{texto}\nRef. {referencia}"
