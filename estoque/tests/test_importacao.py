"""Movements from spreadsheets: what is killed goes on, what runs twice is refused, what is bad is named."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from estoque.models import ImportacaoDeMovimentacoes, MovimentacaoEstoque, Produto
from estoque.selectors.validacao import divergencias
from estoque.services.importacao import BLOCO, importacao_abrir, importacao_executar
from estoque.tests.cenario import Cenario
from nucleo.errors import Conflito, ErroDeValidacao
from nucleo.importacao import Progresso
from nucleo.models import Empresa
from nucleo.planilhas import ErroDeLinha

pytestmark = pytest.mark.django_db
CABECALHO = "cod_produto;tipo;quantidade;data;documento;observacao"


@pytest.fixture
def c(no_escopo: Empresa) -> Cenario:
    return Cenario(no_escopo)


@pytest.fixture
def produto(c: Cenario) -> Produto:
    return c.produto()


def _csv(pasta: Path, *linhas: str, cabecalho: str = CABECALHO, codificacao: str = "utf-8") -> Path:
    arquivo = pasta / "mov.csv"
    arquivo.write_bytes("\n".join([cabecalho, *linhas]).encode(codificacao))
    return arquivo


def _importar(c: Cenario, arquivo: Path, **mais: Any) -> tuple[Progresso, list[ErroDeLinha]]:
    erros: list[ErroDeLinha] = []
    importacao = importacao_abrir(**c.comum, caminho=arquivo)
    feito = importacao_executar(
        **c.comum, importacao=importacao, caminho=arquivo, registrar_erros=erros.extend, **mais
    )
    return feito, erros


def test_numbers_dates_and_kinds_are_read_as_the_office_writes_them(
    c: Cenario, produto: Produto, tmp_path: Path
) -> None:
    arquivo = _csv(
        tmp_path,
        "A;Entrada;1.234,5;05/01/2026;NF 1;do balcão",
        "A;SAÍDA;0,5;2026-01-06;;",
        "A;ajuste;-1,250;;Inventário;",
        codificacao="latin-1",
    )
    feito, erros = _importar(c, arquivo)
    assert (feito.lidas, feito.gravadas, feito.com_erro, erros) == (3, 3, 0, [])
    linhas = MovimentacaoEstoque.objects.order_by("pk").values_list("tipo", "quantidade", "data", "documento")
    assert [(tipo, str(quanto), doc) for tipo, quanto, _, doc in linhas] == [
        ("entrada", "1234.500", "NF 1"),
        ("saida", "0.500", ""),
        ("ajuste", "-1.250", "Inventário"),
    ]
    assert [str(data) for _, _, data, _ in linhas] == ["2026-01-05", "2026-01-06", str(c.dia(0))]
    assert MovimentacaoEstoque.objects.order_by("pk")[0].observacao == "do balcão"


def test_a_workbook_is_read_like_a_text_file(c: Cenario, produto: Produto, tmp_path: Path) -> None:
    livro = Workbook()
    assert livro.active is not None
    for linha in (["cod_produto", "tipo", "quantidade"], ["A", "entrada", 2.5], ["A", "saida", "0,25"]):
        livro.active.append(linha)
    arquivo = tmp_path / "mov.xlsx"
    livro.save(arquivo)
    feito, erros = _importar(c, arquivo)
    assert (feito.gravadas, erros) == (2, [])
    assert str(c.saldo().saldo_atual) == "2.250"


def test_each_bad_row_is_named_in_order_and_the_rest_is_done(
    c: Cenario, produto: Produto, tmp_path: Path
) -> None:
    arquivo = _csv(
        tmp_path,
        "A;entrada;5;;;",
        "NADA;entrada;5;;;",
        "A;entrada;1,2345;;;",
        "A;doação;5;;;",
        ";entrada;5;;;",
        "A;entrada;5;30/02/2026;;",
        f"A;entrada;5;{c.dia(1):%d/%m/%Y};;",
        "A;entrada;1000000000000000;;;",
        f"A;entrada;5;;{'x' * 61};",
        "A;saida;2;;;",
    )
    feito, erros = _importar(c, arquivo)
    assert (feito.lidas, feito.gravadas, feito.com_erro) == (10, 2, 8)
    assert [(e.linha, e.campo, e.codigo) for e in erros] == [
        (3, "cod_produto", "produto_desconhecido"),
        (4, "quantidade", "valor_invalido"),
        (5, "tipo", "valor_invalido"),
        (6, "cod_produto", "campo_obrigatorio"),
        (7, "data", "data_invalida"),
        (8, "data", "data_fora_do_intervalo"),
        (9, "quantidade", "valor_invalido"),
        (10, "documento", "texto_invalido"),
    ]
    assert c.etapas() == ("3", "0", "0", "0")


def test_rows_are_admitted_in_their_order_where_negative_stock_is_forbidden(
    c: Cenario, produto: Produto, tmp_path: Path
) -> None:
    c.proibir_negativo()
    arquivo = _csv(tmp_path, "A;saida;1;;;", "A;entrada;5;;;", "A;saida;4;;;", "A;saida;2;;;")
    feito, erros = _importar(c, arquivo)
    assert feito.gravadas == 2
    assert [(e.linha, e.codigo) for e in erros] == [(2, "estoque_insuficiente"), (5, "estoque_insuficiente")]
    assert c.etapas()[0] == "1"


def test_a_run_that_dies_goes_on_behind_its_last_chunk_and_doubles_nothing(
    c: Cenario, produto: Produto, tmp_path: Path
) -> None:
    linhas = ["A;entrada;1;;;"] * (2 * BLOCO + 10)
    linhas[BLOCO + 3] = "A;entrada;0;;;"
    arquivo = _csv(tmp_path, *linhas)

    def morrer(progresso: Progresso) -> None:
        if progresso.lidas >= BLOCO:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _importar(c, arquivo, ao_progredir=morrer)
    parada = ImportacaoDeMovimentacoes.objects.get()
    assert (parada.gravadas, parada.concluida_em) == (BLOCO, None)
    assert MovimentacaoEstoque.objects.count() == BLOCO
    feito, erros = _importar(c, arquivo)
    assert (feito.lidas, feito.gravadas, feito.com_erro) == (2 * BLOCO + 10, 2 * BLOCO + 9, 1)
    assert [e.linha for e in erros] == [BLOCO + 5]
    assert c.saldo().saldo_atual == 2 * BLOCO + 9
    assert ImportacaoDeMovimentacoes.objects.get().concluida_em is not None
    assert divergencias(empresa=c.empresa) == []


def test_a_second_run_of_the_same_file_at_once_is_refused(
    c: Cenario, produto: Produto, tmp_path: Path
) -> None:
    arquivo = _csv(tmp_path, *["A;entrada;1;;;"] * 3)
    atrasada = importacao_abrir(**c.comum, caminho=arquivo)
    _importar(c, arquivo)
    with pytest.raises(Conflito) as erro:
        importacao_executar(**c.comum, importacao=atrasada, caminho=arquivo, registrar_erros=lambda _: None)
    assert erro.value.code == "importacao_em_curso"
    assert MovimentacaoEstoque.objects.count() == 3


def test_a_corrected_file_is_another_import(c: Cenario, produto: Produto, tmp_path: Path) -> None:
    _importar(c, _csv(tmp_path, "A;entrada;0;;;"))
    _importar(c, _csv(tmp_path, "A;entrada;1;;;"))
    assert ImportacaoDeMovimentacoes.objects.count() == 2
    assert MovimentacaoEstoque.objects.count() == 1


@pytest.mark.parametrize(
    "cabecalho", ["cod_produto;tipo", "produto;tipo;quantidade", "cod_produto;tipo;quantidade;preco"]
)
def test_a_file_without_the_right_columns_is_refused_whole(
    c: Cenario, produto: Produto, tmp_path: Path, cabecalho: str
) -> None:
    with pytest.raises(ErroDeValidacao) as erro:
        _importar(c, _csv(tmp_path, "A;entrada;1;x", cabecalho=cabecalho))
    assert erro.value.code == "colunas_invalidas"
    assert not ImportacaoDeMovimentacoes.objects.exists()
    assert not MovimentacaoEstoque.objects.exists()
