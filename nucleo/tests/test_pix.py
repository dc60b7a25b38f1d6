import struct
import zlib
from decimal import Decimal

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from nucleo.errors import ErroDeValidacao
from nucleo.pix import chave_pix_normalizada, codigo_pix, crc16, qr_png, qr_svg, txid_de

CHAVE = "123e4567-e12b-12d1-a456-426655440000"


def campos(codigo: str) -> dict[str, str]:
    """Take a tag-length-value text apart, independently of how it was built."""
    achados: dict[str, str] = {}
    while codigo:
        tamanho = int(codigo[2:4])
        achados[codigo[:2]] = codigo[4 : 4 + tamanho]
        codigo = codigo[4 + tamanho :]
    return achados


def test_o_exemplo_do_manual_do_banco_central_byte_a_byte() -> None:
    assert codigo_pix(chave=CHAVE, nome="Fulano de Tal", cidade="BRASILIA") == (
        "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR"
        "5913Fulano de Tal6008BRASILIA62070503***63041D3D"
    )


def test_crc_confere_com_o_vetor_conhecido() -> None:
    assert crc16("123456789") == "29B1"


def test_valor_txid_e_descricao() -> None:
    lidos = campos(
        codigo_pix(
            chave="12.ABC.345/01DE-35",
            nome="Retífica São João & Irmãos Ltda de Araçatuba",
            cidade="São José do Rio Preto",
            valor=Decimal("1234.5"),
            txid=txid_de("ORC-2026-0001"),
            descricao="Orçamento ORC-2026-0001",
        )
    )
    conta = campos(lidos["26"])
    assert conta == {"00": "br.gov.bcb.pix", "01": "12ABC34501DE35", "02": "Orcamento ORC-2026-0001"}
    assert lidos["54"] == "1234.50"
    assert lidos["59"] == "Retifica Sao Joao & Irmao"
    assert lidos["60"] == "Sao Jose do Rio"
    assert campos(lidos["62"]) == {"05": "ORC20260001"}


def test_a_descricao_e_cortada_ao_que_cabe() -> None:
    lidos = campos(codigo_pix(chave=CHAVE, nome="A", cidade="B", descricao="x" * 200))
    assert len(lidos["26"]) == 99
    chave_longa = "a" * 63 + "@" + "b" * 10 + ".br"
    assert len(chave_longa) == 77
    assert len(campos(codigo_pix(chave=chave_longa, nome="A", cidade="B", descricao="x"))["26"]) == 99


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        (" 529.982.247-25 ", "52998224725"),
        ("12.ABC.345/01DE-35", "12ABC34501DE35"),
        ("16727230000197", "16727230000197"),
        ("+5511987654321", "+5511987654321"),
        ("(11) 98765-4321", "+5511987654321"),
        ("Financeiro@Empresa.com.br", "financeiro@empresa.com.br"),
        (CHAVE.upper(), CHAVE),
    ],
)
def test_chaves_de_todo_tipo(texto: str, esperado: str) -> None:
    assert chave_pix_normalizada(texto) == esperado
    assert chave_pix_normalizada(esperado) == esperado


def test_onze_algarismos_que_servem_de_cpf_e_de_celular_sao_recusados() -> None:
    ambigua = _cpf_que_tambem_e_celular()
    with pytest.raises(ErroDeValidacao, match="pode ser um CPF ou um celular") as info:
        chave_pix_normalizada(ambigua)
    assert (info.value.code, info.value.field) == ("chave_pix_invalida", "chave_pix")
    assert chave_pix_normalizada(f"+55{ambigua}") == f"+55{ambigua}"
    pontuado = f"{ambigua[:3]}.{ambigua[3:6]}.{ambigua[6:9]}-{ambigua[9:]}"
    assert chave_pix_normalizada(pontuado) == ambigua


def test_uma_chave_guardada_de_onze_algarismos_e_um_cpf() -> None:
    guardada = _cpf_que_tambem_e_celular()
    assert f"0111{guardada}" in codigo_pix(chave=guardada, nome="A", cidade="B")
    assert f"0114+55{guardada}" in codigo_pix(chave=f"+55{guardada}", nome="A", cidade="B")


@pytest.mark.parametrize(
    "texto",
    [
        "",
        "  ",
        None,
        5,
        "abc",
        "111.111.111-11",
        "1133334444",
        "a@",
        "a@b",
        "é@b.com",
        "a" * 75 + "@b.co",
        "123e4567",
    ],
)
def test_chave_invalida(texto: object) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        chave_pix_normalizada(texto)
    assert info.value.code == "chave_pix_invalida"


@pytest.mark.parametrize("txid", ["", "a-b", "a" * 26, "ç", "**", "a\n"])
def test_txid_invalido(txid: str) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        codigo_pix(chave=CHAVE, nome="A", cidade="B", txid=txid)
    assert info.value.code == "txid_invalido"


@pytest.mark.parametrize(
    "valor", [Decimal(0), Decimal("-1"), Decimal("0.001"), Decimal("10000000000"), "1,00", "NaN"]
)
def test_valor_invalido(valor: Decimal | str) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        codigo_pix(chave=CHAVE, nome="A", cidade="B", valor=valor)
    assert info.value.code == "valor_invalido"


def test_nome_sem_nada_que_o_pix_aceite() -> None:
    with pytest.raises(ErroDeValidacao) as info:
        codigo_pix(chave=CHAVE, nome="日本", cidade="B")
    assert (info.value.code, info.value.field) == ("texto_invalido", "nome")


def test_txid_de_documento() -> None:
    assert txid_de("ORC-2026-0001 R2") == "ORC20260001R2"
    assert txid_de("--") == "***"
    assert len(txid_de("A" * 60)) == 25


@pytest.mark.parametrize("valor", [None, Decimal("0.01"), Decimal("9999999999.99")])
def test_o_qr_le_se_de_volta_igual(valor: Decimal | None) -> None:
    codigo = codigo_pix(chave="12.ABC.345/01DE-35", nome="Retífica São João", cidade="Bauru", valor=valor)
    assert _qr_lido(qr_png(codigo)) == codigo
    svg = qr_svg(codigo)
    assert svg.startswith("<?xml")
    assert "</svg>" in svg


@given(
    st.text(max_size=60),
    st.text(max_size=40),
    st.decimals(Decimal("0.01"), Decimal("9999999999.99"), places=2),
    st.text(max_size=120),
)
def test_todo_codigo_e_bem_formado(nome: str, cidade: str, valor: Decimal, descricao: str) -> None:
    try:
        codigo = codigo_pix(chave=CHAVE, nome=nome, cidade=cidade, valor=valor, descricao=descricao)
    except ErroDeValidacao as erro:
        if erro.code != "texto_invalido":
            raise
        return
    assert codigo.isascii()
    assert codigo[-4:] == crc16(codigo[:-4])
    lidos = campos(codigo)
    assert Decimal(lidos["54"]) == valor
    assert 1 <= len(lidos["59"]) <= 25
    assert 1 <= len(lidos["60"]) <= 15
    assert len(lidos["26"]) <= 99


def _cpf_que_tambem_e_celular() -> str:
    """Search the mobiles of DDD 11 for one whose last two digits are CPF check digits."""
    for meio in range(87_654, 90_000):
        base = f"119{meio:05d}0"
        soma = sum(int(d) * p for d, p in zip(base, range(10, 1, -1), strict=True))
        primeiro = (11 - soma % 11) % 11 % 10
        soma = sum(int(d) * p for d, p in zip(base + str(primeiro), range(11, 1, -1), strict=True))
        return f"{base}{primeiro}{(11 - soma % 11) % 11 % 10}"
    raise AssertionError


def _qr_lido(png: bytes) -> str:
    lado, pontos = _pontos(png)
    lido = zxingcpp.read_barcode(memoryview(pontos).cast("B", shape=(lado, lado)))
    assert lido is not None
    return str(lido.text)


def _pontos(png: bytes) -> tuple[int, bytes]:
    """Unpack a one-bit black and white PNG to a byte per dot (no imaging library in the project)."""
    lado, _, bits = struct.unpack(">IIB", png[16:25])
    assert bits == 1
    dados, posicao = b"", 8
    while posicao < len(png):
        (tamanho,) = struct.unpack(">I", png[posicao : posicao + 4])
        if png[posicao + 4 : posicao + 8] == b"IDAT":
            dados += png[posicao + 8 : posicao + 8 + tamanho]
        posicao += 12 + tamanho
    crus, largura = zlib.decompress(dados), (lado + 7) // 8 + 1
    linhas: list[bytes] = []
    for y in range(lado):
        filtro, linha = crus[y * largura], crus[y * largura + 1 : (y + 1) * largura]
        assert filtro in (0, 2)
        acima = linhas[-1] if filtro == 2 else bytes(largura - 1)
        linhas.append(bytes((a + b) % 256 for a, b in zip(linha, acima, strict=True)))
    return lado, bytes(255 * (linha[x // 8] >> (7 - x % 8) & 1) for linha in linhas for x in range(lado))
