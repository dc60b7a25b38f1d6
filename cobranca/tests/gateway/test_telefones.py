"""Numbers with and without the ninth digit are one phone; other people's numbers are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranca.gateway.telefones import formas_do_numero, mesmo_telefone, telefone_do_jid
from cobranca.simulador.numeros import jid_do_numero


@pytest.mark.parametrize(
    ("numero", "formas"),
    [
        ("+55 (11) 98765-4321", ["5511987654321", "551187654321"]),
        ("551187654321", ["551187654321", "5511987654321"]),
        ("15551234567", ["15551234567"]),
        ("5511", ["5511"]),
    ],
)
def test_formas_do_numero_dao_com_e_sem_o_nono_digito(numero: str, formas: list[str]) -> None:
    assert formas_do_numero(numero) == formas


@pytest.mark.parametrize(
    ("um", "outro", "mesmo"),
    [
        ("+5511987654321", "551187654321", True),
        ("5511987654321", "5511987654321", True),
        ("5511987654321", "5521987654321", False),
        ("5511987654321", "5511987654322", False),
        ("15551234567", "15551234567", True),
        ("15551234567", "5515951234567", False),
        ("", "", False),
        ("abc", "", False),
    ],
)
def test_mesmo_telefone_compara_ddd_e_oito_digitos(um: str, outro: str, mesmo: bool) -> None:
    assert mesmo_telefone(um, outro) is mesmo


@pytest.mark.parametrize(
    ("jid", "telefone"),
    [
        ("5511987654321@s.whatsapp.net", "5511987654321"),
        ("5511987654321:12@s.whatsapp.net", "5511987654321"),
        ("123456789012345@lid", ""),
        ("120363000000000000@g.us", ""),
        ("", ""),
    ],
)
def test_telefone_do_jid(jid: str, telefone: str) -> None:
    assert telefone_do_jid(jid) == telefone


@settings(max_examples=200)
@given(ddd=st.integers(11, 99), resto=st.integers(0, 99_999_999))
def test_o_endereco_que_o_gateway_usa_esta_sempre_entre_as_formas(ddd: int, resto: int) -> None:
    numero = f"55{ddd}9{resto:08d}"
    usado = telefone_do_jid(jid_do_numero(numero))
    assert usado in formas_do_numero(numero)
    assert mesmo_telefone(usado, numero)
