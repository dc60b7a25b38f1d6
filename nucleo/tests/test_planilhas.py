import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nucleo.decimais import decimal_brasileiro
from nucleo.errors import ErroDeValidacao
from nucleo.exportacao import ArquivoDeErros, exportar_csv, exportar_xlsx, texto_seguro
from nucleo.planilhas import ErroDeLinha, Linha, contar_linhas, ler_planilha, titulo_normalizado

CONTEUDO = "Nome;Município;Preço unitário\nJosé;São Paulo;1.234,56\n\nAna;Bauru;2,50\n"


def lidas(
    caminho: Path, obrigatorias: Sequence[str] = ("nome",), opcionais: Sequence[str] = ()
) -> list[Linha]:
    return list(ler_planilha(caminho, obrigatorias=obrigatorias, opcionais=opcionais))


def gravada(pasta: Path, conteudo: str | bytes, nome: str = "dados.csv") -> Path:
    caminho = pasta / nome
    caminho.write_bytes(conteudo if isinstance(conteudo, bytes) else conteudo.encode())
    return caminho


def livro(pasta: Path, *linhas: Sequence[object]) -> Path:
    planilha = openpyxl.Workbook()
    for linha in linhas:
        planilha.active.append(linha)
    planilha.save(pasta / "dados.xlsx")
    planilha.close()
    return pasta / "dados.xlsx"


@pytest.mark.parametrize("codificacao", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("fim", ["\n", "\r\n"])
def test_csv_em_toda_codificacao(tmp_path: Path, codificacao: str, fim: str) -> None:
    caminho = gravada(tmp_path, CONTEUDO.replace("\n", fim).encode(codificacao))
    assert lidas(caminho, ("nome", "municipio", "preco_unitario")) == [
        Linha(2, {"nome": "José", "municipio": "São Paulo", "preco_unitario": "1.234,56"}),
        Linha(4, {"nome": "Ana", "municipio": "Bauru", "preco_unitario": "2,50"}),
    ]
    assert contar_linhas(caminho) == 2


def test_csv_com_virgula_e_aspas(tmp_path: Path) -> None:
    caminho = gravada(tmp_path, 'nome,obs\n"Silva, José","linha 1\nlinha 2"\nAna,Eixo 1/2" aço\n')
    assert [linha.valores for linha in lidas(caminho, ("nome", "obs"))] == [
        {"nome": "Silva, José", "obs": "linha 1\nlinha 2"},
        {"nome": "Ana", "obs": 'Eixo 1/2" aço'},
    ]


def test_ordem_das_colunas_apelidos_e_colunas_ausentes(tmp_path: Path) -> None:
    caminho = gravada(tmp_path, "CPF/CNPJ;Razão Social;\n1;Ana;\n2;;\n")
    lida = list(
        ler_planilha(
            caminho, obrigatorias=["nome"], opcionais=["cpf_cnpj", "email"], apelidos={"razao_social": "nome"}
        )
    )
    assert [linha.valores for linha in lida] == [
        {"nome": "Ana", "cpf_cnpj": "1", "email": ""},
        {"nome": "", "cpf_cnpj": "2", "email": ""},
    ]


def test_colunas_erradas_sao_um_erro_so_antes_da_primeira_linha(tmp_path: Path) -> None:
    caminho = gravada(tmp_path, "nome;idade;email;e-mail;email\nAna;1;;;\n")
    with pytest.raises(ErroDeValidacao) as info:
        ler_planilha(caminho, obrigatorias=["nome", "municipio", "uf"], opcionais=["email"])
    erro = info.value
    assert (erro.code, erro.field) == ("colunas_invalidas", "arquivo")
    assert "faltam as colunas: municipio, uf" in erro.detail
    assert "colunas desconhecidas: e_mail, idade" in erro.detail
    assert "colunas repetidas: email" in erro.detail


@pytest.mark.parametrize(
    ("conteudo", "trecho"),
    [
        (b"", "vazio"),
        (b";;\n", "vazio"),
        (b'nome\n"Ana\nBia\n', "aspas"),
        (b'nome\n"Ana"x\n', "aspas"),
        (b"nome\nA\x00na\n", "não é um CSV"),
        (b"\xd0\xcf\x11\xe0resto", "xls antigo"),
        (b"PK\x03\x04resto", "corrompido"),
        (b"\xff\xfe\x00", "corrompido"),
    ],
)
def test_arquivos_que_nao_se_leem(tmp_path: Path, conteudo: bytes, trecho: str) -> None:
    with pytest.raises(ErroDeValidacao, match=trecho) as info:
        lidas(gravada(tmp_path, conteudo))
    assert (info.value.code, info.value.field) == ("arquivo_invalido", "arquivo")


def test_arquivo_que_nao_existe(tmp_path: Path) -> None:
    with pytest.raises(ErroDeValidacao, match=r"Não foi possível abrir nada\.csv"):
        lidas(tmp_path / "nada.csv")


def test_zip_que_nao_e_planilha(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as pacote:
        pacote.writestr("leia.txt", "nada")
    with pytest.raises(ErroDeValidacao, match="corrompido"):
        lidas(tmp_path / "a.xlsx")


def test_celula_sem_titulo_e_erro_da_linha_e_as_outras_seguem(tmp_path: Path) -> None:
    boa, ruim = lidas(gravada(tmp_path, "nome\nAna\nBia;extra\n".replace("nome", "nome;")), ("nome",))
    assert (boa.valores, boa.erros) == ({"nome": "Ana"}, ())
    assert [(erro.linha, erro.codigo) for erro in ruim.erros] == [(3, "coluna_sem_titulo")]


def test_xlsx_com_os_tipos_do_excel(tmp_path: Path) -> None:
    caminho = livro(
        tmp_path,
        ["Nome", "CEP", "Valor", "Data", "Ativo", "Quando", "Texto"],
        ["José", 1310100, 1.234, date(2026, 12, 31), True, datetime(2026, 1, 2, 3, 4), " x "],
        [],
        ["Ana", 12345678901.0, 0.1 + 0.2, None, False, None, "'=1"],
    )
    primeira, segunda = lidas(caminho, ("nome", "cep", "valor", "data", "ativo", "quando", "texto"))
    assert primeira == Linha(
        2,
        {
            "nome": "José",
            "cep": "1310100",
            "valor": "1,234",
            "data": "2026-12-31",
            "ativo": "sim",
            "quando": "2026-01-02 03:04:00",
            "texto": "x",
        },
    )
    assert decimal_brasileiro(primeira.valores["valor"], casas=3) == Decimal("1.234")
    assert segunda.numero == 4
    assert (segunda.valores["cep"], segunda.valores["valor"]) == ("12345678901", "0,3")
    assert (segunda.valores["ativo"], segunda.valores["texto"]) == ("não", "=1")
    assert contar_linhas(caminho) == 2


def test_formula_sem_valor_e_celula_com_erro_sao_erros_da_linha(tmp_path: Path) -> None:
    caminho = livro(tmp_path, ["nome", "valor"], ["Ana", "=1+1"], ["Bia", "#N/A"], ["Caio", 3])
    ana, bia, caio = lidas(caminho, ("nome", "valor"))
    assert [(e.linha, e.campo, e.codigo) for e in ana.erros] == [(2, "valor", "formula_sem_valor")]
    assert [(e.linha, e.campo, e.codigo) for e in bia.erros] == [(3, "valor", "celula_com_erro")]
    assert caio == Linha(4, {"nome": "Caio", "valor": "3"})


def test_titulos() -> None:
    assert titulo_normalizado("  Preço  Unitário (R$) ") == "preco_unitario_r"
    assert titulo_normalizado("E-mail") == "e_mail"


@pytest.mark.parametrize("perigoso", ["=1+1", "+55", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'x"])
def test_celula_perigosa_vai_como_texto(perigoso: str) -> None:
    assert texto_seguro(perigoso) == "'" + perigoso


def test_export_csv_para_o_escritorio() -> None:
    linhas = [
        ["José", Decimal("-1234.50"), date(2026, 12, 31), datetime(2026, 1, 2, 3, 4, tzinfo=UTC), True, None],
        ['=cmd|" /C calc"!A0', 7, "a;b", "", False, 1.5],
    ]
    assert "".join(exportar_csv(["nome", "v"], linhas)) == (
        "\ufeffnome;v\r\n"
        "José;-1234,50;31/12/2026;02/01/2026 03:04;sim;\r\n"
        '"\'=cmd|"" /C calc""!A0";7;"a;b";;não;1,5\r\n'
    )


def test_export_xlsx_nunca_escreve_formula() -> None:
    saida = io.BytesIO()
    exportar_xlsx(
        ["nome", "v", "d", "n", "x"], [["=1+1", Decimal("1.50"), date(2026, 1, 2), 10**16, "a\x01b"]], saida
    )
    planilha = openpyxl.load_workbook(io.BytesIO(saida.getvalue()))
    celulas = list(planilha.active[2])
    planilha.close()
    assert [celula.data_type for celula in celulas] == ["s", "n", "d", "s", "s"]
    assert celulas[0].value == "=1+1"
    assert celulas[1].value == 1.5
    assert celulas[3].value == str(10**16)
    assert celulas[4].value == "a b"


TEXTO = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(TEXTO, min_size=1, max_size=5), st.sampled_from(["", "=", "+", "-", "@", "'", "'=", "''"]))
def test_o_que_sai_volta_igual(tmp_path: Path, textos: list[str], prefixo: str) -> None:
    textos = [prefixo + texto for texto in textos]
    caminho = gravada(tmp_path, "".join(exportar_csv(["nome"], [[texto] for texto in textos])))
    assert [linha.valores["nome"] for linha in lidas(caminho)] == textos


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.binary(max_size=200), st.sampled_from([b"", b"nome\n", b"nome;x\n", b"PK\x03\x04", b"\xff\xfe"]))
def test_nenhum_arquivo_derruba_o_leitor(tmp_path: Path, conteudo: bytes, inicio: bytes) -> None:
    try:
        linhas = lidas(gravada(tmp_path, inicio + conteudo), opcionais=("x",))
    except ErroDeValidacao as erro:
        if erro.code not in {"arquivo_invalido", "colunas_invalidas"}:
            raise
        return
    assert all(set(linha.valores) == {"nome", "x"} for linha in linhas)


def test_arquivo_de_erros(tmp_path: Path) -> None:
    planilha = tmp_path / "clientes.csv"
    with ArquivoDeErros(planilha) as erros:
        erros.registrar([ErroDeLinha(2, "cpf_cnpj", "cpf_cnpj_invalido", "CPF inválido; confira")])
        erros.registrar([ErroDeLinha(205, "nome", "campo_obrigatorio", "=1+1")])
        assert erros.total == 2
    assert erros.caminho == tmp_path / "clientes.csv.erros.csv"
    assert erros.caminho.read_bytes().decode() == (
        "\ufefflinha;campo;codigo;motivo\r\n"
        '2;cpf_cnpj;cpf_cnpj_invalido;"CPF inválido; confira"\r\n'
        "205;nome;campo_obrigatorio;'=1+1\r\n"
    )


def test_retomado_perde_so_as_linhas_depois_da_posicao(tmp_path: Path) -> None:
    planilha = tmp_path / "clientes.csv"
    with ArquivoDeErros(planilha) as erros:
        erros.registrar([ErroDeLinha(linha, "nome", "x", "'-1") for linha in (2, 101, 102, 150)])
    with ArquivoDeErros(planilha, ate_linha=101) as retomado:
        assert retomado.total == 2
        retomado.registrar([ErroDeLinha(150, "nome", "x", "y")])
    texto = retomado.caminho.read_text(encoding="utf-8-sig")
    assert [linha.split(";")[0] for linha in texto.splitlines()] == ["linha", "2", "101", "150"]
    with ArquivoDeErros(planilha):
        pass
    assert retomado.caminho.read_text(encoding="utf-8-sig").splitlines() == ["linha;campo;codigo;motivo"]
