"""Brazilian numbers as WhatsApp writes them: with or without the ninth digit."""

from __future__ import annotations

_DIGITOS = frozenset("0123456789")


def so_digitos(texto: str) -> str:
    return "".join(c for c in texto if c in _DIGITOS)


def formas_do_numero(numero: str) -> list[str]:
    """The number as given (digits only) and, for a Brazilian mobile, its form with or without the 9."""
    digitos = so_digitos(numero)
    if not digitos.startswith("55"):
        return [digitos]
    if len(digitos) == 13 and digitos[4] == "9":
        return [digitos, digitos[:4] + digitos[5:]]
    if len(digitos) == 12:
        return [digitos, f"{digitos[:4]}9{digitos[4:]}"]
    return [digitos]


def mesmo_telefone(um: str, outro: str) -> bool:
    """Whether two numbers with country code reach the same phone: DDD and the last eight digits decide."""
    chave = _chave(um)
    return bool(chave) and chave == _chave(outro)


def _chave(numero: str) -> str:
    digitos = so_digitos(numero)
    if digitos.startswith("55") and len(digitos) in (12, 13):
        return f"55{digitos[2:4]}{digitos[-8:]}"
    return digitos


def telefone_do_jid(jid: str) -> str:
    """The digits of a personal address, or "" for a group, a broadcast or a ``@lid`` (no phone number)."""
    usuario, _, dominio = jid.partition("@")
    if dominio not in ("s.whatsapp.net", "c.us"):
        return ""
    return so_digitos(usuario.partition(":")[0])
