"""Free text, CEP and e-mail: cleaned where nothing is lost, refused where something would be."""

import re
import unicodedata
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from nucleo.errors import ErroDeValidacao

CODIGO: Final = "texto_invalido"
CODIGO_OBRIGATORIO: Final = "campo_obrigatorio"
EMAIL_MAXIMO: Final = 254

# Soft hyphen, zero-width space and BOM come along with pasted text and mean nothing.
_INVISIVEIS = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF))
# Direction marks can make a name read as another one on screen and on paper.
_DIRECAO = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BORDAS: Final = " \t\r\n"


def texto_limpo(
    valor: object, *, campo: str, maximo: int, obrigatorio: bool = False, linhas: bool = False
) -> str:
    """Return the text in NFC without outer blanks; single-line text also without repeated blanks.

    `linhas=True` keeps line breaks (as \\n) and tabs. Raises `campo_obrigatorio` where nothing is left and
    `texto_invalido` for control characters, for other types and for more than `maximo` characters.
    """
    if valor is not None and not isinstance(valor, str):
        raise _erro("Informe um texto.", campo)
    texto = _normalizado(valor or "", linhas)
    if not texto and obrigatorio:
        raise ErroDeValidacao(CODIGO_OBRIGATORIO, "Este campo é obrigatório.", field=campo)
    if len(texto) > maximo:
        raise _erro(f"O texto tem {len(texto)} caracteres; o máximo é {maximo}.", campo)
    if _tem_controle(texto, linhas):
        raise _erro("O texto contém caracteres de controle ou quebras de linha não permitidas.", campo)
    return texto


def sem_acentos(texto: str) -> str:
    """Return the text without accents and cedillas, case kept."""
    decomposto = unicodedata.normalize("NFKD", texto)
    return "".join(letra for letra in decomposto if not unicodedata.combining(letra))


def chave_de_busca(texto: str) -> str:
    """Return the form in which names are compared: no accents, no case, single blanks."""
    return " ".join(sem_acentos(texto).casefold().split())


def contados(quantos: int, um: str, muitos: str) -> str:
    """Return "1 ciclo", "3 ciclos": a number never stands before a word that does not agree with it."""
    return f"{quantos} {um if quantos == 1 else muitos}"


def cep_normalizado(valor: object, *, campo: str | None = "cep") -> str:
    """Return the eight digits of a CEP; raise `cep_invalido`."""
    texto = unicodedata.normalize("NFKC", valor) if isinstance(valor, str) else ""
    texto = re.sub(r"[\s.\-\u2010-\u2015]", "", texto)
    if not re.fullmatch(r"[0-9]{8}", texto) or texto == "00000000":
        raise ErroDeValidacao(
            "cep_invalido", "CEP inválido: são 8 algarismos, por exemplo 01310-100.", field=campo
        )
    return texto


def cep_formatado(cep: str) -> str:
    """Return 01310-100 for a normalised CEP, anything else unchanged."""
    return f"{cep[:5]}-{cep[5:]}" if len(cep) == 8 else cep


def email_normalizado(valor: object, *, campo: str | None = "email") -> str:
    """Return the address with its domain in lower case; raise `email_invalido`."""
    texto = valor.strip() if isinstance(valor, str) else ""
    if not texto or len(texto) > EMAIL_MAXIMO:
        raise _erro_email(campo)
    try:
        validate_email(texto)
    except ValidationError as erro:
        raise _erro_email(campo) from erro
    # Only the domain: what stands before the @ is the receiving server's business.
    caixa, _, dominio = texto.rpartition("@")
    return f"{caixa}@{dominio.lower()}"


def _normalizado(valor: str, linhas: bool) -> str:
    texto = unicodedata.normalize("NFC", valor).translate(_INVISIVEIS).replace("\u00a0", " ")
    if linhas:
        texto = texto.replace("\r\n", "\n").replace("\r", "\n")
        return texto.strip(_BORDAS)
    return re.sub(" {2,}", " ", texto.strip(_BORDAS))


def _tem_controle(texto: str, linhas: bool) -> bool:
    permitidos = "\n\t" if linhas else ""
    return bool(_DIRECAO.search(texto)) or any(
        unicodedata.category(letra) in ("Cc", "Cs", "Zl", "Zp") and letra not in permitidos for letra in texto
    )


def _erro(detalhe: str, campo: str) -> ErroDeValidacao:
    return ErroDeValidacao(CODIGO, detalhe, field=campo)


def _erro_email(campo: str | None) -> ErroDeValidacao:
    return ErroDeValidacao(
        "email_invalido", "E-mail inválido; escreva um só endereço, como nome@empresa.com.br.", field=campo
    )
