"""Number handling of the real server: what it does to a number before it looks it up on WhatsApp."""

from __future__ import annotations

SUFIXO = "@s.whatsapp.net"
_PRONTOS = (SUFIXO, "@lid", "@g.us", "@broadcast")


def so_digitos(texto: str) -> str:
    """ASCII digits only: ``str.isdigit`` alone would let other scripts' digits through."""
    return "".join(c for c in texto if c in "0123456789")


def jid_do_numero(numero: str) -> str:
    """The address made of ``numero``: a ready jid is kept, a Brazilian 9 may go, nothing is added."""
    if any(marca in numero for marca in _PRONTOS):
        return numero
    digitos = so_digitos(numero.split(":")[0].split("@")[0])
    if len(digitos) >= 18:
        return f"{digitos}@g.us"
    return f"{_sem_nono_digito(digitos)}{SUFIXO}"


def _sem_nono_digito(digitos: str) -> str:
    """55 + DDD + 9 + 8: the 9 stays below DDD 31 or when the last eight begin below 7; else it is removed."""
    if len(digitos) != 13 or not digitos.startswith("55"):
        return digitos
    if int(digitos[2:4]) < 31 or int(digitos[5]) < 7:
        return digitos
    return digitos[:4] + digitos[5:]
