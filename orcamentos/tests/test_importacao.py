"""Moving in from another system."""

import csv
import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clientes.tests.factories import ClienteFactory
from estoque.tests.factories import ProdutoFactory
from nucleo.ator import Ator
from nucleo.errors import ErroDeValidacao
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.importacao import envio_confirmar
from orcamentos import tasks
from orcamentos.models import FaixaImportada, ImportacaoDeOrcamentos, Orcamento, SerieOrcamento
from orcamentos.services.importacao import importacao_abrir, importacao_executar
from orcamentos.services.numeracao import SeriesDeOrcamentos
from orcamentos.tests.factories import OrcamentoFactory

pytestmark = pytest.mark.django_db
TITULO = "budget_number;codigo_cliente;data;status;cod_produto;descricao;quantidade;preco_unitario;desconto\n"


@pytest.fixture
def cliente(empresa: Empresa):
    with escopo(empresa):
        ProdutoFactory(empresa=empresa, cod_produto="P1", nome="Pistão")
        return ClienteFactory(empresa=empresa)


@pytest.fixture
def planilha(tmp_path: Path):
    def gravar(*linhas: str, titulo: str = TITULO) -> Path:
        caminho = tmp_path / "antigos.csv"
        caminho.write_text(titulo + "".join(linha + "\n" for linha in linhas), encoding="utf-8")
        return caminho

    return gravar


def importar(caminho: Path, *opcoes: str) -> dict:
    saida = StringIO()
    call_command("importar_orcamentos", str(caminho), "--empresa", "alfa", "--json", *opcoes, stdout=saida)
    return json.loads(saida.getvalue())


def erros(caminho: Path) -> list[tuple[str, ...]]:
    with caminho.with_name(caminho.name + ".erros.csv").open(encoding="utf-8-sig", newline="") as arquivo:
        return [tuple(linha[:3]) for linha in csv.reader(arquivo, delimiter=";")][1:]


def test_legacy_numbers_come_in_with_their_lines_and_push_the_counter(
    empresa: Empresa, cliente, planilha
) -> None:
    c = cliente.codigo_cliente
    caminho = planilha(
        f"ORC-2025-0007;{c};15/03/2025;aprovado;P1;;2;1.234,50;",
        f"ORC-2025-0007;{c};15/03/2025;aprovado;;Mão de obra;1,5;99,99;0,99",
        f"ORC-2025-0003;{c};2025-01-10;recusado;;Junta;1;10;",
        f";{c};2025-04-01;;;Sem número;1;5,00;",
    )
    assert importar(caminho) == {"ate_linha": 5, "lidas": 4, "gravadas": 4, "com_erro": 0}
    with escopo(empresa):
        vistos = Orcamento.objects.order_by("ordem").values_list(
            "budget_number", "status", "total", "importado", "data"
        )
        assert [(n, s, str(t), i, d) for n, s, t, i, d in vistos] == [
            ("ORC-2025-0003", "recusado", "10.00", True, date(2025, 1, 10)),
            ("ORC-2025-0007", "aprovado", "2618.00", True, date(2025, 3, 15)),
            ("ORC-2025-0008", "rascunho", "5.00", False, date(2025, 4, 1)),
        ]
        assert [(f.de, f.ate) for f in FaixaImportada.objects.all()] == [(1, 7)]
        assert SeriesDeOrcamentos().verificar(empresa) == []
        assert OrcamentoFactory(empresa=empresa, cliente=cliente, data=date(2025, 12, 1)).numero == 9


def test_the_same_file_again_changes_nothing(empresa: Empresa, cliente, planilha) -> None:
    caminho = planilha(f"ORC-2025-0001;{cliente.codigo_cliente};2025-03-15;;;x;1;1;")
    assert importar(caminho) == importar(caminho)
    with escopo(empresa):
        assert Orcamento.objects.count() == 1


def test_each_bad_row_is_named_and_the_other_quotes_come_in(empresa: Empresa, cliente, planilha) -> None:
    c = cliente.codigo_cliente
    caminho = planilha(
        f"ORC-2025-0001;{c};2025-03-15;;;x;1;1;",
        f"ORC-2025-0002;{c};2025-03-15;;;x;0;1;",
        f"ORC-2025-0002;{c};2025-03-15;;;y;1;1;",
        "ORC-2025-0003;9999-9999;2025-03-15;;;x;1;1;",
        f"ORC-2025-4;{c};2025-03-15;;;x;1;1;",
        f"ORC-2025-0005;{c};2024-03-15;;;x;1;1;",
        f"ORC-2025-0006;{c};2025-02-30;;;x;1;1;",
        f"ORC-2025-0007;{c};2025-03-15;talvez;;x;1;1;",
        f"ORC-2025-0008;{c};2025-03-15;;NADA;x;1;1;",
        f"ORC-2025-0009;{c};2025-03-15;;;;1.234;-1;",
        f"ORC-2025-0001;{c};2025-03-15;;;de novo;1;1;",
        f"ORC-2025-0010;{c};2025-03-15;;;x;1;1;9",
        f"ORC-2025-0011;{c};2025-03-15;;;fica;1;1;",
    )
    assert importar(caminho) == {"ate_linha": 14, "lidas": 13, "gravadas": 2, "com_erro": 11}
    assert erros(caminho) == [
        ("3", "quantidade", "valor_invalido"),
        ("4", "budget_number", "orcamento_recusado"),
        ("5", "cliente", "cliente_desconhecido"),
        ("6", "budget_number", "budget_number_invalido"),
        ("7", "data", "data_fora_do_intervalo"),
        ("8", "data", "data_invalida"),
        ("9", "status", "valor_invalido"),
        ("10", "cod_produto", "produto_desconhecido"),
        ("11", "quantidade", "valor_invalido"),
        ("12", "budget_number", "budget_number_duplicado"),
        ("13", "desconto", "valor_invalido"),
    ]
    with escopo(empresa):
        assert sorted(Orcamento.objects.values_list("numero", flat=True)) == [1, 11]


def test_wrong_columns_are_refused_before_anything_is_written(empresa: Empresa, planilha) -> None:
    with pytest.raises(CommandError, match="faltam as colunas: cliente, preco_unitario"):
        importar(planilha("1;2", titulo="budget_number;quantidade\n"))
    with escopo(empresa):
        assert not ImportacaoDeOrcamentos.objects.exists()


def test_a_stopped_import_goes_on_behind_the_last_committed_chunk(
    empresa: Empresa, cliente, planilha, ator: Ator
) -> None:
    c = cliente.codigo_cliente
    linhas = [f"ORC-2025-{n // 2 + 1:04d};{c};2025-03-15;;;item {n};1;1;" for n in range(330)]
    caminho = planilha(*linhas)
    with escopo(empresa):
        importacao = importacao_abrir(empresa=empresa, ator=ator, caminho=caminho)

        def parar(progresso) -> None:
            if progresso.lidas >= 200:
                raise KeyboardInterrupt

        comum = {"empresa": empresa, "ator": ator, "caminho": caminho, "registrar_erros": lambda _: None}
        with pytest.raises(KeyboardInterrupt):
            importacao_executar(importacao=importacao, ao_progredir=parar, **comum)
        importacao.refresh_from_db()
        assert (importacao.ate_linha, Orcamento.objects.count()) == (201, 100)
        assert importacao_executar(importacao=importacao, **comum).gravadas == 330
        assert Orcamento.objects.count() == 165
        assert SeriesDeOrcamentos().verificar(empresa) == []


def test_a_file_that_is_no_spreadsheet_is_refused(empresa: Empresa, ator: Ator, tmp_path: Path) -> None:
    caminho = tmp_path / "x.xlsx"
    caminho.write_bytes(b"\x00\x01\x02")
    with escopo(empresa), pytest.raises(ErroDeValidacao, match="CSV"):
        importacao_abrir(empresa=empresa, ator=ator, caminho=caminho)


def test_a_number_planted_from_elsewhere_costs_no_row_of_the_import(
    empresa: Empresa, cliente, planilha
) -> None:
    with escopo(empresa):
        antigo = OrcamentoFactory(empresa=empresa, cliente=cliente, data=date(2026, 5, 5))
        # As another program would: straight into the table, no counter moved.
        for numero in (2, 4):
            antigo.pk, antigo.numero, antigo.budget_number = None, numero, f"ORC-2026-{numero:04d}"
            antigo.total = 0
            antigo.save(force_insert=True)
    c = cliente.codigo_cliente
    caminho = planilha(f";{c};2026-05-05;;;x;1;1;", f";{c};2026-05-05;;;y;1;1;")
    assert importar(caminho) == {"ate_linha": 3, "lidas": 2, "gravadas": 2, "com_erro": 0}
    with escopo(empresa):
        numeros = list(Orcamento.objects.order_by("ordem").values_list("numero", flat=True))
        assert numeros == [1, 2, 4, 5, 6]
        assert SeriesDeOrcamentos().verificar(empresa) == []


def test_the_preview_says_what_would_be_refused_and_writes_nothing(
    empresa: Empresa, cliente, planilha
) -> None:
    c = cliente.codigo_cliente
    linhas = [f"ORC-2025-{n:04d};{c};2025-03-15;;;item {n};1;1;" for n in range(1, 151)]
    # Said again in another chunk, which has nothing in the database to compare with.
    caminho = planilha(*linhas, f"ORC-2025-0001;{c};2025-03-15;;;de novo;1;1;", f";{c};;;;sem valor;0;1;")
    assert importar(caminho, "--conferir") == {"ate_linha": 153, "lidas": 152, "gravadas": 150, "com_erro": 2}
    assert erros(caminho) == [
        ("152", "budget_number", "budget_number_duplicado"),
        ("153", "quantidade", "valor_invalido"),
    ]
    with escopo(empresa):
        assert not Orcamento.objects.exists()
        assert not SerieOrcamento.objects.exists()
        assert not ImportacaoDeOrcamentos.objects.exists()


def test_an_import_of_the_office_runs_once_however_often_its_task_comes(
    empresa: Empresa, cliente, planilha, ator: Ator, monkeypatch: pytest.MonkeyPatch
) -> None:
    c = cliente.codigo_cliente
    caminho = planilha(f"ORC-2025-0001;{c};2025-03-15;;;x;1;1;", f";{c};2025-04-01;;;y;-1;1;")
    with escopo(empresa):
        importacao = importacao_abrir(empresa=empresa, ator=ator, caminho=caminho, nome="o.csv", guardar=True)
    tasks.importar(empresa.pk, importacao.pk)
    with escopo(empresa):
        assert not Orcamento.objects.exists()
        confirmar = {"empresa": empresa, "ator": ator, "importacao_id": importacao.pk}
        assert envio_confirmar(importacoes=ImportacaoDeOrcamentos.objects.all(), **confirmar)
    mandadas: list[tuple[int, int]] = []
    monkeypatch.setattr(tasks.importar, "apply_async", lambda args, **_: mandadas.append(args))
    tasks.retomar_importacoes()
    assert mandadas == [(empresa.pk, importacao.pk)]
    tasks.importar(*mandadas[0])
    tasks.importar(*mandadas[0])
    tasks.retomar_importacoes()
    assert len(mandadas) == 1
    with escopo(empresa):
        feita = ImportacaoDeOrcamentos.objects.get()
        assert (feita.estado, feita.gravadas, feita.com_erro, feita.conteudo) == ("concluida", 1, 1, None)
        assert list(feita.erros.values_list("linha", "campo", "codigo")) == [
            (3, "quantidade", "valor_invalido")
        ]
        assert Orcamento.objects.get().budget_number == "ORC-2025-0001"
