"""Brazilian phone numbers in E.164.

phonenumbers alone is not enough (measured): it reads `0055 11 ...` as another number, accepts old mobiles
without their ninth digit, 0800, 4004 and foreign numbers, and glues an extension into the number. So the
digits are taken apart here, and the library has the last word on whether the result exists.
"""

import re
import unicodedata
from typing import Final

import phonenumbers

from nucleo.errors import ErroDeValidacao

CODIGO: Final = "telefone_invalido"
ENTRADA_MAXIMA: Final = 60

# Area codes in use; the plan has not changed since 2000.
DDDS: Final = frozenset(
    (
        *("11", "12", "13", "14", "15", "16", "17", "18", "19"),
        *("21", "22", "24", "27", "28"),
        *("31", "32", "33", "34", "35", "37", "38"),
        *("41", "42", "43", "44", "45", "46", "47", "48", "49"),
        *("51", "53", "54", "55"),
        *("61", "62", "63", "64", "65", "66", "67", "68", "69"),
        *("71", "73", "74", "75", "77", "79"),
        *("81", "82", "83", "84", "85", "86", "87", "88", "89"),
        *("91", "92", "93", "94", "95", "96", "97", "98", "99"),
    )
)

_RAMAL = re.compile(
    r"[\s,;/(-]*(?:ramal|ram\.?|r\.|ext\.?|extens[aã]o|extension)\s*[.:]?\s*\d{1,6}\)?\s*$", re.I
)
_OPERADORA = re.compile(r"\(?\s*0\s*x{1,2}\s*", re.I)
_PERMITIDO = re.compile(r"[0-9\s()./+\-]+")
_MAIS_SO_NO_INICIO = re.compile(r"[\s(]*\+?[^+]*")
_NAO_GEOGRAFICO = re.compile(r"0?(?:800|300|500|900)\d{6,7}|(?:400|300)\d{5}")


def celular_normalizado(texto: object, *, campo: str | None = "telefone") -> str:
    """Return the mobile in E.164 (+5511987654321); raise `telefone_invalido` saying what is wrong.

    The missing ninth digit of old mobiles is put in; a landline is refused because WhatsApp needs a mobile.
    """
    e164 = telefone_normalizado(texto, campo=campo)
    if e164[5] != "9":
        raise _erro("Este é um telefone fixo; para o WhatsApp é preciso um celular com DDD.", campo)
    return e164


def telefone_normalizado(texto: object, *, campo: str | None = "telefone") -> str:
    """Return a mobile or a landline in E.164; 0800, 4004 and foreign numbers are refused."""
    limpo = _limpo(texto, campo)
    nacional = _nacional(limpo, campo)
    ddd, assinante = nacional[:2], nacional[2:]
    if ddd not in DDDS:
        raise _erro(f"O DDD {ddd} não existe.", campo)
    if len(assinante) == 8 and assinante[0] in "6789":
        assinante = "9" + assinante
    if len(assinante) == 9 and assinante[0] != "9":
        raise _erro("Celular com 9 algarismos começa por 9; confira o número.", campo)
    e164 = f"+55{ddd}{assinante}"
    if not _existe(e164):
        raise _erro("Este número de telefone não existe no Brasil; confira os algarismos.", campo)
    return e164


def telefone_formatado(e164: str) -> str:
    """Return (11) 98765-4321 for a Brazilian E.164 number, anything else unchanged."""
    if not e164.startswith("+55") or len(e164) not in (13, 14):
        return e164
    ddd, assinante = e164[3:5], e164[5:]
    return f"({ddd}) {assinante[:-4]}-{assinante[-4:]}"


def chave_telefone(texto: str) -> str | None:
    """Return DDD + last 8 digits, the only part on which two spellings of one number surely agree.

    WhatsApp may answer with an identifier without the ninth digit (`551187654321@s.whatsapp.net`).
    None where there are too few digits to tell.
    """
    digitos = re.sub(r"[^0-9]", "", re.split(r"[@:]", texto, maxsplit=1)[0])
    if len(digitos) in (12, 13) and digitos.startswith("55"):
        digitos = digitos[2:]
    return digitos[:2] + digitos[-8:] if len(digitos) in (10, 11) else None


def mesmo_telefone(a: str, b: str) -> bool:
    """Whether two spellings mean the same phone, with or without country code and ninth digit."""
    chave = chave_telefone(a)
    return chave is not None and chave == chave_telefone(b)


def _limpo(texto: object, campo: str | None) -> str:
    if not isinstance(texto, str) or not texto.strip():
        raise _erro("Informe o telefone com DDD.", campo)
    if len(texto) > ENTRADA_MAXIMA:
        raise _erro("Telefone longo demais.", campo)
    limpo = unicodedata.normalize("NFKC", texto).strip()
    limpo = re.sub(r"[\u2010-\u2015\u2212]", "-", limpo)
    # Text copied from chats and contact cards carries invisible marks around the number.
    limpo = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", limpo)
    limpo = _OPERADORA.sub("0", _RAMAL.sub("", limpo), count=1)
    if not _PERMITIDO.fullmatch(limpo) or not _MAIS_SO_NO_INICIO.fullmatch(limpo):
        raise _erro("Telefone com letras ou símbolos; escreva só DDD e número.", campo)
    return limpo


def _nacional(limpo: str, campo: str | None) -> str:
    """Return the 10 or 11 national digits, without country, trunk zero and carrier."""
    digitos = re.sub(r"[^0-9]", "", limpo)
    if "+" in limpo or digitos.startswith("00"):
        internacional = digitos.removeprefix("00")
        if not internacional.startswith("55"):
            raise _erro("Só telefones do Brasil (+55) são aceitos.", campo)
        digitos = internacional[2:]
    elif len(digitos) in (12, 13) and digitos.startswith("55"):
        digitos = digitos[2:]
    if _NAO_GEOGRAFICO.fullmatch(digitos):
        raise _erro("Números 0800, 0300, 4004 e parecidos não são aceitos; informe um com DDD.", campo)
    if digitos.startswith("0"):
        digitos = digitos[1:]
        # What is left with two digits too many starts with the carrier (15, 21, 41...).
        digitos = digitos[2:] if len(digitos) in (12, 13) else digitos
    return _tamanho_conferido(digitos, campo)


def _tamanho_conferido(digitos: str, campo: str | None) -> str:
    if len(digitos) in (8, 9):
        raise _erro("Falta o DDD: escreva, por exemplo, (11) 98765-4321.", campo)
    if len(digitos) < 8:
        raise _erro("Telefone com algarismos de menos; informe DDD e número.", campo)
    if len(digitos) > 11:
        raise _erro("Telefone com algarismos demais; informe um só número com DDD.", campo)
    return digitos


def _existe(e164: str) -> bool:
    numero = phonenumbers.parse(e164, None)
    tipo = phonenumbers.number_type(numero)
    return phonenumbers.is_valid_number(numero) and tipo in (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )


def _erro(detalhe: str, campo: str | None) -> ErroDeValidacao:
    return ErroDeValidacao(CODIGO, detalhe, field=campo)
