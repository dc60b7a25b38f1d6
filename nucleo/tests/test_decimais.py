from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nucleo.decimais import (
    arredondado,
    centavos,
    decimal_brasileiro,
    decimal_lido,
    quantidade_formatada,
    reais,
)
from nucleo.errors import ErroDeValidacao

D = Decimal
DINHEIRO = st.decimals(D("-999999999999999.99"), D("999999999999999.99"), places=2)


@pytest.mark.parametrize(
    ("valor", "esperado"),
    [
        ("1234.56", "1234.56"),
        ("1234", "1234.00"),
        ("1.500", "1.50"),
        ("-10.5", "-10.50"),
        ("-0.00", "0.00"),
        ("999999999999999.99", "999999999999999.99"),
        (10, "10.00"),
        (D("10.5"), "10.50"),
        (D("1E+3"), "1000.00"),
        (99.9, "99.90"),
        (0.1, "0.10"),
    ],
)
def test_a_api_le_ponto_decimal(valor: object, esperado: str) -> None:
    assert str(decimal_lido(valor, casas=2)) == esperado


@pytest.mark.parametrize(
    "valor",
    [
        "1234,56",
        "1.234,56",
        "1,234.56",
        "R$ 10.00",
        " 10.00",
        "10.00 ",
        "+10",
        "1e3",
        "1E3",
        "NaN",
        "Infinity",
        "-Infinity",
        "sNaN",
        "",
        ".5",
        "5.",
        "1_000",
        "0x10",
        "١٢",
        "１２",
        "10.00\n",
        "--1",
        "1.234",
        "0.001",
        "1000000000000000",
        "9" * 41,
        None,
        True,
        False,
        [],
        {},
        b"1",
        float("nan"),
        float("inf"),
        1e300,
        123456789012345.67,
        D("NaN"),
        D("Infinity"),
        D("1E+999999"),
        D("1E-999999"),
        10**15,
        pytest.param(10**5000, id="int-enorme"),
    ],
)
def test_a_api_recusa_o_que_nao_e_um_numero_seu(valor: object) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        decimal_lido(valor, casas=2, campo="valor")
    assert info.value.code == "valor_invalido"
    assert info.value.field == "valor"


def test_zero_com_expoente_enorme_e_zero() -> None:
    assert decimal_lido(D("0E-999999"), casas=2) == 0
    assert decimal_lido(D("0E+999999"), casas=2) == 0


@pytest.mark.parametrize(
    ("valor", "esperado"),
    [
        ("1.234,56", "1234.560"),
        ("1234,56", "1234.560"),
        ("1234.56", "1234.560"),
        ("1,234.56", "1234.560"),
        ("R$ 1.234,56", "1234.560"),
        ("-R$ 1.234,56", "-1234.560"),
        ("R$\u00a010,00", "10.000"),
        ("1,234", "1.234"),
        ("0.500", "0.500"),
        ("1234.567", "1234.567"),
        ("1.234.567", "1234567.000"),
        ("1.234.567,8", "1234567.800"),
        ("12,5", "12.500"),
        ("10", "10.000"),
        (12.5, "12.500"),
        (7, "7.000"),
    ],
)
def test_o_escritorio_le_as_formas_de_uma_so_leitura(valor: object, esperado: str) -> None:
    assert str(decimal_brasileiro(valor, casas=3)) == esperado


@pytest.mark.parametrize("valor", ["1.234", "12.500", "999.999", "-1.234", "R$ 1.234"])
def test_o_ambiguo_e_recusado_com_as_duas_escritas(valor: str) -> None:
    with pytest.raises(ErroDeValidacao, match="ambíguo; escreva") as info:
        decimal_brasileiro(valor, casas=3)
    assert info.value.code == "valor_invalido"


@pytest.mark.parametrize(
    "valor",
    [
        "",
        "abc",
        "1,2,3",
        "1.23,4.5",
        "12.34,5",
        "1.2345,6",
        "1,234,567",
        "1..2",
        ",5",
        "5,",
        "(10)",
        "10-",
        "1e3",
        "NaN",
        "R$",
        "--1",
        "１２",
        "1.234.56",
        "1000000000000000",
        "9" * 60,
        None,
        True,
    ],
)
def test_o_escritorio_recusa_o_malformado(valor: object) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        decimal_brasileiro(valor, casas=2)
    assert info.value.code == "valor_invalido"


def test_limites_e_casas() -> None:
    assert decimal_lido("0.01", casas=2, minimo=D("0.01")) == D("0.01")
    with pytest.raises(ErroDeValidacao, match="mínimo é 0,01"):
        decimal_lido("0", casas=2, minimo=D("0.01"))
    with pytest.raises(ErroDeValidacao, match=r"máximo é 1\.000"):
        decimal_lido("1000.01", casas=2, maximo=1000)
    with pytest.raises(ErroDeValidacao, match="No máximo 2 casas"):
        decimal_lido("0.005", casas=2)


@pytest.mark.parametrize(
    ("valor", "esperado"),
    [
        ("0.005", "0.01"),
        ("0.015", "0.02"),
        ("0.025", "0.03"),
        ("-0.005", "-0.01"),
        ("1.0049", "1.00"),
        ("-0.001", "0.00"),
    ],
)
def test_centavos_arredondam_meio_para_cima(valor: str, esperado: str) -> None:
    assert str(centavos(D(valor))) == esperado


def test_formas_impressas() -> None:
    assert reais(D("1234.56")) == "R$ 1.234,56"
    assert reais(D("0")) == "R$ 0,00"
    assert reais(D("-1234567.895")) == "-R$ 1.234.567,90"
    assert reais(D("-0.001")) == "R$ 0,00"
    assert quantidade_formatada(D("1234.500"), "kg") == "1.234,5 kg"
    assert quantidade_formatada(D("1000.000")) == "1.000"
    assert quantidade_formatada(D("0.000"), "un") == "0 un"
    assert quantidade_formatada(D("0.125")) == "0,125"


@given(DINHEIRO)
def test_o_que_se_imprime_se_le_de_volta(valor: Decimal) -> None:
    assert decimal_brasileiro(reais(valor), casas=2) == valor
    assert decimal_lido(str(valor), casas=2) == valor
    assert decimal_brasileiro(f"{valor:f}".replace(".", ","), casas=2) == valor


@given(st.decimals(-(10**12), 10**12, places=5))
def test_centavos_ficam_a_meio_centavo_do_valor(valor: Decimal) -> None:
    assert abs(centavos(valor) - valor) <= D("0.005")
    assert centavos(-valor) == -centavos(valor)
    assert arredondado(centavos(valor), 2) == centavos(valor)


@given(st.one_of(st.text(max_size=45), st.floats(), st.integers(), st.decimals()), st.sampled_from([2, 3]))
def test_nenhum_valor_derruba_os_leitores(valor: object, casas: int) -> None:
    for ler in (decimal_lido, decimal_brasileiro):
        try:
            lido = ler(valor, casas=casas)
        except ErroDeValidacao:
            continue
        assert lido.is_finite()
        assert abs(lido) < 10**15
        assert lido.as_tuple().exponent == -casas
