"""Secrets at rest: encrypted with a key that is not in the database."""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from nucleo.errors import Indisponivel


@lru_cache(maxsize=4)
def _cofre(chaves: str, secret_key: str) -> MultiFernet:
    """`COBRANCA_CHAVE_CIFRA` may name several keys, newest first, so that a key can be replaced."""
    partes = [parte.strip() for parte in chaves.split(",") if parte.strip()] or [secret_key]
    return MultiFernet([Fernet(_chave(parte)) for parte in partes])


def _chave(texto: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"cobranca:" + texto.encode()).digest())


def cifrar(texto: str) -> str:
    """Return the text encrypted and authenticated; the same text never encrypts twice to the same."""
    return _cofre(settings.COBRANCA_CHAVE_CIFRA, settings.SECRET_KEY).encrypt(texto.encode()).decode()


def decifrar(cifrado: str) -> str:
    """Return the text; raises Indisponivel `chave_de_cifra` where the key at hand does not open it."""
    try:
        return _cofre(settings.COBRANCA_CHAVE_CIFRA, settings.SECRET_KEY).decrypt(cifrado.encode()).decode()
    except InvalidToken as exc:
        raise Indisponivel(
            "chave_de_cifra", "A chave guardada não abre com a COBRANCA_CHAVE_CIFRA atual."
        ) from exc
