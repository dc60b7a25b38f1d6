import pytest
from hypothesis import given
from hypothesis import strategies as st

from nucleo.errors import ErroDeValidacao
from nucleo.telefones import (
    DDDS,
    celular_normalizado,
    chave_telefone,
    mesmo_telefone,
    telefone_formatado,
    telefone_normalizado,
)


@pytest.mark.parametrize(
    "texto",
    [
        "+5511987654321",
        "11987654321",
        "(11) 98765-4321",
        "5511987654321",
        "+55 (11) 98765-4321",
        "１１９８７６５４３２１",
        "0 15 11 98765-4321",
        "01511987654321",
        "0xx11 98765-4321",
        "(0xx11) 98765-4321",
        "011 98765-4321",
        "+55 011 98765-4321",
        "(+55) 11 98765-4321",
        "+(55) 11 98765-4321",
        "0055 11 98765-4321",
        "00 55 (11) 98765 4321",
        "1187654321",
        "+55 11 8765-4321",
        "551187654321",
        "11 98765-4321 ramal 12",
        "(11) 98765-4321 r. 12",
        "11.98765.4321",
        "11 98765–4321",
        "\u202a+55 11 98765-4321\u202c",
    ],
)
def test_um_celular_tem_uma_forma_so(texto: str) -> None:
    assert celular_normalizado(texto) == "+5511987654321"


def test_numero_da_antiga_nextel_recebe_o_nono_digito() -> None:
    assert celular_normalizado("(11) 7765-4321") == "+5511977654321"


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [("55 98765-4321", "+5555987654321"), ("5533334444", "+555533334444"), ("555533334444", "+555533334444")],
)
def test_ddd_55_nao_se_confunde_com_o_pais(texto: str, esperado: str) -> None:
    assert telefone_normalizado(texto) == esperado


@pytest.mark.parametrize(
    "texto", ["1133334444", "(11) 3333-4444", "+55 11 3333-4444 ramal 205", "0 21 11 3333-4444"]
)
def test_fixo_serve_como_telefone_mas_nao_como_celular(texto: str) -> None:
    assert telefone_normalizado(texto) == "+551133334444"
    with pytest.raises(ErroDeValidacao, match="fixo") as info:
        celular_normalizado(texto)
    assert info.value.code == "telefone_invalido"


@pytest.mark.parametrize(
    ("texto", "trecho"),
    [
        ("987654321", "Falta o DDD"),
        ("98765-4321", "Falta o DDD"),
        ("8765-4321", "Falta o DDD"),
        ("(10) 98765-4321", "DDD 10"),
        ("20 98765-4321", "DDD 20"),
        ("0800 123 4567", "0800"),
        ("0800 123456", "0800"),
        ("4004-1234", "4004"),
        ("0300 789 1234", "0300"),
        ("+1 212 555 0100", "Brasil"),
        ("001 212 555 0100", "Brasil"),
        ("+351 912 345 678", "Brasil"),
        ("11 98765-4321 / 11 98765-4322", "demais"),
        ("11 88765-4321", "começa por 9"),
        ("11 988765-4321", "demais"),
        ("11 1234-5678", "não existe"),
        ("123", "de menos"),
        ("11 9876A-4321", "letras"),
        ("11 98765-4321 falar com Ana", "letras"),
        ("11+987654321", "letras"),
        ("+55+11987654321", "letras"),
        ("", "Informe"),
        (None, "Informe"),
        (11987654321, "Informe"),
        ("1" * 100, "longo"),
        ("١١٩٨٧٦٥٤٣٢١", "letras"),
    ],
)
def test_recusas_dizem_o_motivo(texto: object, trecho: str) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        celular_normalizado(texto)
    assert info.value.code == "telefone_invalido"
    assert info.value.field == "telefone"
    assert trecho in info.value.detail


def test_forma_impressa() -> None:
    assert telefone_formatado("+5511987654321") == "(11) 98765-4321"
    assert telefone_formatado("+551133334444") == "(11) 3333-4444"
    assert telefone_formatado("+12125550100") == "+12125550100"
    assert telefone_formatado("") == ""


def test_o_mesmo_telefone_com_e_sem_nono_digito() -> None:
    assert mesmo_telefone("+5511987654321", "551187654321@s.whatsapp.net")
    assert mesmo_telefone("+5511987654321", "5511987654321:12@s.whatsapp.net")
    assert not mesmo_telefone("+5511987654321", "+5521987654321")
    assert not mesmo_telefone("+5511987654321", "+5511987654322")
    assert not mesmo_telefone("", "")
    assert not mesmo_telefone("123456789012345@lid", "123456789012345@lid")
    assert chave_telefone("+5511987654321") == "1187654321"


def test_sao_67_ddds() -> None:
    assert len(DDDS) == 67


@given(st.sampled_from(sorted(DDDS)), st.integers(60_000_000, 99_999_999))
def test_normalizar_e_idempotente_e_a_forma_impressa_volta(ddd: str, numero: int) -> None:
    try:
        e164 = celular_normalizado(f"{ddd}{numero}")
    except ErroDeValidacao:
        return
    assert e164 == f"+55{ddd}9{numero}"
    assert celular_normalizado(e164) == e164
    assert celular_normalizado(telefone_formatado(e164)) == e164
    assert mesmo_telefone(e164, f"55{ddd}{numero}@s.whatsapp.net")


@given(st.text(max_size=70))
def test_nenhum_texto_derruba_o_normalizador(texto: str) -> None:
    try:
        e164 = telefone_normalizado(texto)
    except ErroDeValidacao:
        return
    assert telefone_normalizado(e164) == e164
