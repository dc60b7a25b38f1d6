"""CPF and CNPJ: one strict normaliser for every door (form, API, spreadsheet).

The check digits are python-stdnum's. Around it stands our own gate, because the library alone accepts
CPF 111.111.111-11 and because what a person pastes holds dashes and spaces that no library agrees on.
Documents are kept bare and upper-case (11 or 14 characters), never as a number: since July 2026 a CNPJ
carries letters, and a number loses the zeros on the left.
"""

import re
import unicodedata
from typing import Final

from stdnum.br import cnpj as stdnum_cnpj
from stdnum.br import cpf as stdnum_cpf

from nucleo.errors import ErroDeValidacao

CODIGO: Final = "cpf_cnpj_invalido"
TAMANHO_CPF: Final = 11
TAMANHO_CNPJ: Final = 14
ENTRADA_MAXIMA: Final = 40

_CPF = re.compile(r"[0-9]{11}")
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_PONTUACAO = frozenset("./")


def documento_normalizado(texto: object, *, campo: str | None = "cpf_cnpj") -> str:
    """Return the bare upper-case CPF (11) or CNPJ (14) or raise `cpf_cnpj_invalido` with the reason."""
    if not isinstance(texto, str) or not texto.strip():
        raise _erro("Informe o CPF ou o CNPJ.", campo)
    if len(texto) > ENTRADA_MAXIMA:
        raise _erro("CPF ou CNPJ longo demais.", campo)
    nu = _sem_pontuacao(texto)
    # Before upper(): it turns "ß" and "ı" into ASCII letters that nobody typed.
    if not nu.isascii() or not nu.isalnum():
        raise _erro("CPF ou CNPJ com caractere que não é letra nem algarismo.", campo)
    nu = nu.upper()
    if len(nu) == TAMANHO_CPF:
        return _cpf_conferido(nu, campo)
    if len(nu) == TAMANHO_CNPJ:
        return _cnpj_conferido(nu, campo)
    raise _erro(
        f"CPF tem 11 algarismos e CNPJ tem 14 caracteres; este tem {len(nu)}. "
        "Se veio de uma planilha, confira os zeros à esquerda.",
        campo,
    )


def documento_formatado(documento: str) -> str:
    """Return 529.982.247-25 or 12.ABC.345/01DE-35 for a normalised document, anything else unchanged."""
    if len(documento) == TAMANHO_CPF:
        return f"{documento[:3]}.{documento[3:6]}.{documento[6:9]}-{documento[9:]}"
    if len(documento) == TAMANHO_CNPJ:
        return f"{documento[:2]}.{documento[2:5]}.{documento[5:8]}/{documento[8:12]}-{documento[12:]}"
    return documento


def _sem_pontuacao(texto: str) -> str:
    """Drop separators; every kind of dash and space counts, word processors swap them."""
    compativel = unicodedata.normalize("NFKC", texto).strip()
    return "".join(
        letra
        for letra in compativel
        if letra not in _PONTUACAO and unicodedata.category(letra) not in ("Pd", "Zs")
    )


def _cpf_conferido(nu: str, campo: str | None) -> str:
    if not _CPF.fullmatch(nu):
        raise _erro("CPF só tem algarismos.", campo)
    if len(set(nu)) == 1:
        raise _erro("CPF com todos os algarismos iguais não existe.", campo)
    if not stdnum_cpf.is_valid(nu):
        raise _erro("CPF inválido: os dígitos verificadores não conferem.", campo)
    return nu


def _cnpj_conferido(nu: str, campo: str | None) -> str:
    if not _CNPJ.fullmatch(nu):
        raise _erro("CNPJ inválido: os dois últimos caracteres são sempre algarismos.", campo)
    if len(set(nu)) == 1:
        raise _erro("CNPJ com todos os caracteres iguais não existe.", campo)
    if not stdnum_cnpj.is_valid(nu):
        raise _erro("CNPJ inválido: os dígitos verificadores não conferem.", campo)
    return nu


def _erro(detalhe: str, campo: str | None) -> ErroDeValidacao:
    return ErroDeValidacao(CODIGO, detalhe, field=campo)
