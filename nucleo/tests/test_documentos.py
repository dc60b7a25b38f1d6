import pytest
from hypothesis import given
from hypothesis import strategies as st
from validate_docbr import CNPJ, CPF

from nucleo.documentos import documento_formatado, documento_normalizado
from nucleo.errors import ErroDeValidacao

# The independent oracle: another library, another implementation of the check digits.
ORACULO_CPF = CPF()
ORACULO_CNPJ = CNPJ()
ALFANUMERICO = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12)


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        ("12.ABC.345/01DE-35", "12ABC34501DE35"),
        ("12ABC34501DE35", "12ABC34501DE35"),
        ("12.abc.345/01de-35", "12ABC34501DE35"),
        ("  12. ABC.345 /01DE–35 ", "12ABC34501DE35"),
        ("16.727.230/0001-97", "16727230000197"),
        ("00.000.000/0001-91", "00000000000191"),
        ("529.982.247-25", "52998224725"),
        ("52998224725", "52998224725"),
        ("\u00a0529.982.247\u201125\n", "52998224725"),
        ("５２９９８２２４７２５", "52998224725"),
    ],
)
def test_formas_validas_viram_uma_so(texto: str, esperado: str) -> None:
    assert documento_normalizado(texto) == esperado


@pytest.mark.parametrize(
    ("texto", "trecho"),
    [
        ("12.ABC.345/01DE-36", "dígitos verificadores"),
        ("12.ABC.345/01DE-3A", "sempre algarismos"),
        ("529.982.247-26", "dígitos verificadores"),
        ("111.111.111-11", "iguais"),
        ("999.999.999-99", "iguais"),
        ("00000000000000", "iguais"),
        ("52998224725a", "12"),
        ("a5299822472", "só tem algarismos"),
        ("٥٢٩٩٨٢٢٤٧٢٥", "caractere"),
        ("191", "tem 3"),
        ("6727230000197", "zeros à esquerda"),
        ("529_982_247_25", "caractere"),
        ("52998224725\x00", "caractere"),
        ("", "Informe"),
        ("   ", "Informe"),
        (None, "Informe"),
        (52998224725, "Informe"),
        ("1" * 500, "longo"),
        ("ßßßßßßA00000", "caractere"),
    ],
)
def test_formas_invalidas_dizem_o_motivo(texto: object, trecho: str) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        documento_normalizado(texto)
    assert info.value.code == "cpf_cnpj_invalido"
    assert info.value.field == "cpf_cnpj"
    assert trecho in info.value.detail


def test_o_campo_do_erro_e_o_de_quem_chama() -> None:
    with pytest.raises(ErroDeValidacao) as info:
        documento_normalizado("1", campo="documento")
    assert info.value.field == "documento"


def test_forma_impressa() -> None:
    assert documento_formatado("52998224725") == "529.982.247-25"
    assert documento_formatado("12ABC34501DE35") == "12.ABC.345/01DE-35"
    assert documento_formatado("") == ""


@pytest.mark.parametrize("_vez", range(50))
def test_o_que_outra_biblioteca_gera_e_aceito(_vez: int) -> None:
    cpf, cnpj = ORACULO_CPF.generate(mask=True), ORACULO_CNPJ.generate(mask=True)
    assert documento_formatado(documento_normalizado(cpf)) == cpf
    assert documento_formatado(documento_normalizado(cnpj)) == cnpj


@given(ALFANUMERICO, st.integers(0, 99))
def test_cnpj_concorda_com_o_oraculo(base: str, digitos: int) -> None:
    texto = f"{base}{digitos:02d}"
    assert _aceita(texto) == (ORACULO_CNPJ.validate(texto) and len(set(texto)) > 1 and base != "0" * 12)


@given(ALFANUMERICO.filter(lambda base: base != "0" * 12))
def test_todo_cnpj_tem_exatamente_um_par_de_digitos(base: str) -> None:
    aceitos = [f"{d:02d}" for d in range(100) if _aceita(f"{base}{d:02d}")]
    assert len(aceitos) == 1 or len(set(base)) == 1


@given(st.text("0123456789", min_size=11, max_size=11))
def test_cpf_concorda_com_o_oraculo(texto: str) -> None:
    assert _aceita(texto) == (ORACULO_CPF.validate(texto) and len(set(texto)) > 1)


@given(st.text(max_size=45))
def test_nenhum_texto_derruba_o_normalizador(texto: str) -> None:
    if _aceita(texto):
        normalizado = documento_normalizado(texto)
        assert documento_normalizado(normalizado) == normalizado
        assert documento_normalizado(documento_formatado(normalizado)) == normalizado


def _aceita(texto: str) -> bool:
    try:
        documento_normalizado(texto)
    except ErroDeValidacao:
        return False
    return True
