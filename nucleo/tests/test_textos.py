import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nucleo.errors import ErroDeValidacao
from nucleo.textos import (
    cep_formatado,
    cep_normalizado,
    chave_de_busca,
    email_normalizado,
    sem_acentos,
    texto_limpo,
)


def test_limpa_o_que_nao_diz_nada() -> None:
    assert texto_limpo("  José \u00a0 da  Silva\n", campo="nome", maximo=50) == "José da Silva"
    assert texto_limpo("Ju\u200bnior\ufeff", campo="nome", maximo=50) == "Junior"
    assert texto_limpo("Sa\u0303o", campo="nome", maximo=3) == "São"
    assert texto_limpo(None, campo="nome", maximo=5) == ""


def test_linhas_ficam_quando_pedidas() -> None:
    assert texto_limpo(" a\r\n\tb\rc \n", campo="notas", maximo=50, linhas=True) == "a\n\tb\nc"


@pytest.mark.parametrize("vazio", [None, "", "   ", "\n\t", "\u200b", "\u00a0"])
def test_obrigatorio(vazio: object) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        texto_limpo(vazio, campo="nome", maximo=5, obrigatorio=True)
    assert (info.value.code, info.value.field) == ("campo_obrigatorio", "nome")


@pytest.mark.parametrize(
    "ruim",
    [
        "a\x00b",
        "a\nb",
        "a\tb",
        "a\x1bb",
        "a\x7fb",
        "a\u202eb",
        "a\u2028b",
        "a\ud800",
        5,
        True,
        [],
        b"a",
        "abcdef",
    ],
)
def test_recusa_controle_tipo_e_tamanho(ruim: object) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        texto_limpo(ruim, campo="nome", maximo=5)
    assert (info.value.code, info.value.field) == ("texto_invalido", "nome")


def test_o_erro_de_tamanho_diz_os_dois_numeros() -> None:
    with pytest.raises(ErroDeValidacao, match="tem 6 caracteres; o máximo é 5"):
        texto_limpo("abcdef", campo="nome", maximo=5)


def test_sem_acentos_e_chave() -> None:
    assert sem_acentos("São João do Araguaçu") == "Sao Joao do Araguacu"
    assert chave_de_busca("  SÃO  joão ") == "sao joao"
    assert chave_de_busca("Straße") == "strasse"


@pytest.mark.parametrize("texto", ["01310-100", "01310100", " 01.310-100 ", "０１３１０１００"])
def test_cep(texto: str) -> None:
    assert cep_normalizado(texto) == "01310100"
    assert cep_formatado("01310100") == "01310-100"


@pytest.mark.parametrize("texto", ["1310100", "013101000", "abcdefgh", "00000000", "", None, 1310100])
def test_cep_invalido(texto: object) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        cep_normalizado(texto)
    assert (info.value.code, info.value.field) == ("cep_invalido", "cep")


def test_email() -> None:
    assert email_normalizado("a@b.com\n") == "a@b.com"
    assert email_normalizado(" Ana.Souza@Empresa.COM.br ") == "Ana.Souza@empresa.com.br"


@pytest.mark.parametrize(
    "texto",
    ["", "ana", "ana@", "@b.com", "a@b", "a b@c.com", "a@b.com;c@d.com", None, 5, "a" * 250 + "@b.co"],
)
def test_email_invalido(texto: object) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        email_normalizado(texto)
    assert info.value.code == "email_invalido"


@given(st.text(max_size=60), st.booleans())
def test_o_limpo_fica_limpo(texto: str, linhas: bool) -> None:
    try:
        limpo = texto_limpo(texto, campo="nome", maximo=60, linhas=linhas)
    except ErroDeValidacao:
        return
    assert limpo == unicodedata.normalize("NFC", limpo)
    assert "\x00" not in limpo
    assert texto_limpo(limpo, campo="nome", maximo=60, linhas=linhas) == limpo
