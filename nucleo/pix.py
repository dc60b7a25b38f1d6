"""Pix BR Code: the copy-and-paste text of a static charge, and its QR image.

Follows the Central Bank's BR Code manual (EMV tag-length-value, CRC-16/CCITT-FALSE over everything up to and
including "6304"). Name and city are transliterated to ASCII and cut to 25 and 15, as banks' readers expect;
the libraries of the field refuse long names or the alphanumeric CNPJ, so the text is built here.
"""

import binascii
import io
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Final
from uuid import UUID

import segno

from nucleo.decimais import decimal_lido
from nucleo.documentos import documento_normalizado
from nucleo.errors import ErroDeValidacao
from nucleo.telefones import celular_normalizado
from nucleo.textos import email_normalizado, sem_acentos

CODIGO_CHAVE: Final = "chave_pix_invalida"
CODIGO_TXID: Final = "txid_invalido"
SEM_TXID: Final = "***"
NOME_MAXIMO: Final = 25
CIDADE_MAXIMA: Final = 15
EMAIL_MAXIMO: Final = 77
CAMPO_MAXIMO: Final = 99
VALOR_MAXIMO: Final = Decimal("9999999999.99")

_TXID = re.compile(r"[A-Za-z0-9]{1,25}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def chave_pix_normalizada(texto: object, *, campo: str | None = "chave_pix") -> str:
    """Return the key as the Central Bank's directory keeps it; raise `chave_pix_invalida`.

    Accepts e-mail, random key, CPF, CNPJ (alphanumeric too) and mobile. Eleven bare digits that are both a
    valid CPF and a valid mobile are refused: guessing would send the money to somebody else.
    """
    if not isinstance(texto, str) or not texto.strip():
        raise _erro_chave("Informe a chave Pix.", campo)
    chave = texto.strip()
    if "@" in chave:
        return _chave_email(chave, campo)
    if _UUID.fullmatch(chave.lower()):
        return str(UUID(chave))
    documento = _ou_nada(documento_normalizado, chave)
    celular = _ou_nada(celular_normalizado, chave)
    if documento and celular and chave.isdigit():
        raise _erro_chave(
            "Esta chave pode ser um CPF ou um celular; escreva o CPF com pontuação ou o celular com +55.",
            campo,
        )
    # Punctuated as a document it is one; "+" and "(" never stand in a document.
    resultado = documento or celular
    if resultado is None:
        raise _erro_chave(
            "Chave Pix inválida: use CPF, CNPJ, celular com DDD, e-mail ou chave aleatória.", campo
        )
    return resultado


def codigo_pix(
    *,
    chave: str,
    nome: str,
    cidade: str,
    valor: Decimal | str | None = None,
    txid: str = SEM_TXID,
    descricao: str = "",
) -> str:
    """Return the copy-and-paste text ("copia e cola") of a static charge.

    `chave` as a person writes it or as it is kept: eleven bare digits are a CPF if they can be one, because a
    mobile is kept with +55. `valor` None lets the payer fill it in; `txid` is 1 to 25 letters or digits, or
    "***"; `descricao` is cut to what fits beside the key. Raises `chave_pix_invalida`, `valor_invalido`,
    `txid_invalido`, `texto_invalido`.
    """
    if txid != SEM_TXID and not _TXID.fullmatch(txid):
        raise ErroDeValidacao(CODIGO_TXID, "O txid do Pix tem de 1 a 25 letras ou algarismos.", field="txid")
    partes = [
        _campo("00", "01"),
        _campo("26", _conta(_chave_guardada(chave), descricao)),
        _campo("52", "0000"),
        _campo("53", "986"),
        _campo("54", _valor(valor)) if valor is not None else "",
        _campo("58", "BR"),
        _campo("59", _ascii_cortado(nome, NOME_MAXIMO, "nome")),
        _campo("60", _ascii_cortado(cidade, CIDADE_MAXIMA, "cidade")),
        _campo("62", _campo("05", txid)),
        "6304",
    ]
    sem_crc = "".join(partes)
    return sem_crc + crc16(sem_crc)


def txid_de(texto: str) -> str:
    """Return a valid txid made from a document number: ORC-2026-0001 becomes ORC20260001, nothing "***"."""
    return re.sub(r"[^A-Za-z0-9]", "", sem_acentos(texto))[:25] or SEM_TXID


def crc16(texto: str) -> str:
    """Return CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF) as four upper-case hex digits."""
    return f"{binascii.crc_hqx(texto.encode('ascii'), 0xFFFF):04X}"


def qr_svg(codigo: str, *, escala: int = 4) -> str:
    """Return the QR of the text as a stand-alone SVG document."""
    saida = io.BytesIO()
    _qr(codigo).save(saida, kind="svg", scale=escala, border=4)
    return saida.getvalue().decode("utf-8")


def qr_png(codigo: str, *, escala: int = 8) -> bytes:
    """Return the QR of the text as a PNG image."""
    saida = io.BytesIO()
    _qr(codigo).save(saida, kind="png", scale=escala, border=4)
    return saida.getvalue()


def _qr(codigo: str) -> segno.QRCode:
    # "M" is what the manual asks for; a Micro QR would not be read by bank apps.
    return segno.make_qr(codigo, error="m", boost_error=False)


def _campo(identificador: str, conteudo: str) -> str:
    return f"{identificador}{len(conteudo):02d}{conteudo}"


def _chave_guardada(chave: str) -> str:
    documento = _ou_nada(documento_normalizado, chave)
    return chave if documento == chave else chave_pix_normalizada(chave)


def _conta(chave: str, descricao: str) -> str:
    conta = _campo("00", "br.gov.bcb.pix") + _campo("01", chave)
    sobra = CAMPO_MAXIMO - len(conta) - 4
    texto = _ascii(descricao)[: max(sobra, 0)].strip()
    return conta + _campo("02", texto) if texto else conta


def _valor(valor: Decimal | str) -> str:
    return str(decimal_lido(valor, casas=2, minimo=Decimal("0.01"), maximo=VALOR_MAXIMO, campo="valor"))


def _ascii(texto: str) -> str:
    """Transliterate: accents go, what has no ASCII form becomes a blank."""
    simples = sem_acentos(unicodedata.normalize("NFKC", texto)).replace("ß", "ss")
    return " ".join(re.sub(r"[^\x20-\x7e]", " ", simples).split())


def _ascii_cortado(texto: str, maximo: int, campo: str) -> str:
    cortado = _ascii(texto)[:maximo].strip()
    if not cortado:
        raise ErroDeValidacao("texto_invalido", "Texto sem letras que o Pix aceite.", field=campo)
    return cortado


def _chave_email(chave: str, campo: str | None) -> str:
    email = _ou_nada(email_normalizado, chave)
    if email is None or not email.isascii() or len(email) > EMAIL_MAXIMO:
        raise _erro_chave(f"Chave Pix de e-mail inválida (no máximo {EMAIL_MAXIMO} caracteres).", campo)
    return email.lower()


def _ou_nada(normalizar: Callable[[object], str], texto: str) -> str | None:
    try:
        return normalizar(texto)
    except ErroDeValidacao:
        return None


def _erro_chave(detalhe: str, campo: str | None) -> ErroDeValidacao:
    return ErroDeValidacao(CODIGO_CHAVE, detalhe, field=campo)
