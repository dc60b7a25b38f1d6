import csv
import json
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from clientes.models import Cliente, CodigoSequencia, ErroDaImportacao, ImportacaoDeClientes
from clientes.services import municipios_carregar
from clientes.services.importacao import importacao_abrir, importacao_conferir, importacao_executar
from clientes.services.series import SeriesDeClientes
from clientes.tasks import importar, retomar_importacoes
from clientes.tests.factories import ClienteFactory, cpf
from nucleo.ator import Ator
from nucleo.errors import Conflito, ErroDeValidacao
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import empresa_criar
from nucleo.services.importacao import envio_confirmar
from nucleo.tests.processos import Corredor

CIDADES = [("Curitiba", "PR"), ("Londrina", "pr"), ("SAO PAULO", "SP"), ("Manaus", "AM")]


def gravar(caminho: Path, linhas: list[dict[str, object]], codificacao: str = "utf-8") -> Path:
    with caminho.open("w", encoding=codificacao, newline="") as arquivo:
        escritor = csv.DictWriter(arquivo, fieldnames=list(linhas[0]), delimiter=";")
        escritor.writeheader()
        escritor.writerows(linhas)
    return caminho


def linhas(quantas: int) -> list[dict[str, object]]:
    return [
        {"Nome": f"Cliente Nº {n}", "Município": CIDADES[n % 4][0], "UF": CIDADES[n % 4][1]}
        for n in range(quantas)
    ]


def _importar(empresa: Empresa, caminho: Path) -> dict[str, int]:
    saida = StringIO()
    call_command("importar_clientes", str(caminho), "--empresa", empresa.slug, "--json", stdout=saida)
    relato: dict[str, int] = json.loads(saida.getvalue())
    return relato


def _erros(caminho: Path) -> list[tuple[str, str, str]]:
    with Path(f"{caminho}.erros.csv").open(encoding="utf-8-sig", newline="") as arquivo:
        return [(li["linha"], li["campo"], li["codigo"]) for li in csv.DictReader(arquivo, delimiter=";")]


@pytest.mark.django_db
@pytest.mark.parametrize("codificacao", ["utf-8", "latin-1"])
def test_a_spreadsheet_becomes_customers_with_dense_codes(
    empresa: Empresa, tmp_path: Path, codificacao: str
) -> None:
    caminho = gravar(tmp_path / "c.csv", linhas(250), codificacao)
    relato = _importar(empresa, caminho)
    assert (relato["lidas"], relato["gravadas"], relato["com_erro"]) == (250, 250, 0)
    with escopo(empresa):
        assert Cliente.objects.filter(nome="Cliente Nº 7", municipio__nome="Manaus").exists()
        assert CodigoSequencia.objects.get(municipio__nome="São Paulo").ultima_sequencia == 62
        assert SeriesDeClientes().verificar(empresa) == []


@pytest.mark.django_db
def test_bad_rows_are_reported_with_row_field_and_reason_and_cost_nobody_else(
    empresa: Empresa, tmp_path: Path
) -> None:
    documento = cpf()
    boas = [{"nome": f"Boa {n}", "municipio": "Curitiba", "uf": "PR"} for n in range(3)]
    ruins = [
        {"nome": "", "municipio": "Curitiba", "uf": "PR"},
        {"nome": "Sem cidade"},
        {"nome": "Bom Jesus", "municipio": "Bom Jesus", "uf": ""},
        {"nome": "Doc", "municipio": "Curitiba", "uf": "PR", "cnpj": "111.111.111-11", "telefone": "9999"},
        {"nome": "Um", "municipio": "Curitiba", "uf": "PR", "cnpj": documento},
        {"nome": "Dois", "municipio": "Curitiba", "uf": "PR", "cnpj": documento},
        {"nome": "Código", "municipio": "Curitiba", "uf": "PR", "codigo": "x"},
    ]
    cabecalho = dict.fromkeys(("nome", "municipio", "uf", "cnpj", "telefone", "codigo"), "")
    caminho = gravar(tmp_path / "c.csv", [cabecalho | um for um in [*boas, *ruins]])
    relato = _importar(empresa, caminho)
    assert (relato["gravadas"], relato["com_erro"]) == (4, 6)
    esperados = [
        ("5", "nome", "campo_obrigatorio"),
        ("6", "municipio_ibge", "campo_obrigatorio"),
        ("7", "uf", "municipio_desconhecido"),
        ("8", "cpf_cnpj", "cpf_cnpj_invalido"),
        ("8", "telefone", "telefone_invalido"),
        ("10", "cpf_cnpj", "cpf_cnpj_duplicado"),
        ("11", "codigo_cliente", "codigo_invalido"),
    ]
    assert _erros(caminho) == esperados
    with escopo(empresa):
        assert ErroDaImportacao.objects.count() == len(esperados)
        assert SeriesDeClientes().verificar(empresa) == []


@pytest.mark.django_db
def test_the_same_file_again_creates_nothing(empresa: Empresa, tmp_path: Path) -> None:
    caminho = gravar(tmp_path / "c.csv", linhas(30))
    assert _importar(empresa, caminho) == _importar(empresa, caminho)
    with escopo(empresa):
        assert Cliente.objects.count() == 30


@pytest.mark.django_db
def test_xlsx_with_legacy_codes_pushes_the_counters_before_numbering_the_others(
    empresa: Empresa, tmp_path: Path
) -> None:
    livro = openpyxl.Workbook()
    livro.active.append(["Nome", "Código IBGE", "Código"])
    livro.active.append(["Nova", 4106902, None])
    livro.active.append(["Antiga", 4106902, "0031-0007"])
    livro.active.append(["Mudou-se", 4113700, "0031-0009"])
    livro.save(tmp_path / "c.xlsx")
    assert _importar(empresa, tmp_path / "c.xlsx")["gravadas"] == 3
    with escopo(empresa):
        codigos = dict(Cliente.objects.values_list("nome", "codigo_cliente"))
        assert codigos == {"Nova": "0031-0010", "Antiga": "0031-0007", "Mudou-se": "0031-0009"}
        assert SeriesDeClientes().verificar(empresa) == []


@pytest.mark.django_db
def test_the_preview_writes_nothing_and_finds_repeated_documents_across_chunks(
    no_escopo: Empresa, tmp_path: Path
) -> None:
    documento = cpf()
    dados = [{**um, "CPF": documento if n in (0, 150) else ""} for n, um in enumerate(linhas(200))]
    dados[3]["UF"] = "XX"
    progresso, erros = importacao_conferir(empresa=no_escopo, caminho=gravar(tmp_path / "c.csv", dados))
    assert (progresso.lidas, progresso.com_erro) == (200, 2)
    assert [(e.linha, e.codigo) for e in erros] == [
        (5, "municipio_desconhecido"),
        (152, "cpf_cnpj_duplicado"),
    ]
    assert not Cliente.objects.exists()
    assert not CodigoSequencia.objects.exists()


@pytest.mark.django_db
def test_wrong_columns_are_one_clear_line(empresa: Empresa, tmp_path: Path) -> None:
    caminho = gravar(tmp_path / "c.csv", [{"Nome": "A", "Cor favorita": "azul"}])
    with pytest.raises(CommandError, match="cor_favorita"):
        _importar(empresa, caminho)
    with pytest.raises(CommandError, match="não existe"):
        _importar(empresa, tmp_path / "nada.csv")


@pytest.mark.django_db
def test_two_runs_of_one_file_cannot_mix(no_escopo: Empresa, ator: Ator, tmp_path: Path) -> None:
    caminho = gravar(tmp_path / "c.csv", linhas(250))
    velha = importacao_abrir(empresa=no_escopo, ator=ator, caminho=caminho, nome="c.csv")
    nova = importacao_abrir(empresa=no_escopo, ator=ator, caminho=caminho, nome="c.csv")
    assert velha.pk == nova.pk
    importacao_executar(empresa=no_escopo, ator=ator, importacao=nova, caminho=caminho)
    with pytest.raises(Conflito, match="importando"):
        importacao_executar(empresa=no_escopo, ator=ator, importacao=velha, caminho=caminho)
    assert Cliente.objects.count() == 250


@pytest.mark.django_db
def test_an_import_of_the_office_runs_once_however_often_its_task_comes(
    empresa: Empresa, ator: Ator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caminho = gravar(tmp_path / "c.csv", linhas(120))
    with escopo(empresa):
        importacao = importacao_abrir(empresa=empresa, ator=ator, caminho=caminho, nome="c.csv", guardar=True)
    importar(empresa.pk, importacao.pk)
    with escopo(empresa):
        assert not Cliente.objects.exists()
        confirmar = {"empresa": empresa, "ator": ator, "importacao_id": importacao.pk}
        assert envio_confirmar(importacoes=ImportacaoDeClientes.objects.all(), **confirmar)
        assert not envio_confirmar(importacoes=ImportacaoDeClientes.objects.all(), **confirmar)
    mandadas: list[tuple[int, int]] = []
    monkeypatch.setattr(importar, "apply_async", lambda args, **_: mandadas.append(args))
    retomar_importacoes()
    assert mandadas == [(empresa.pk, importacao.pk)]
    importar(empresa.pk, importacao.pk)
    importar(empresa.pk, importacao.pk)
    retomar_importacoes()
    assert len(mandadas) == 1
    with escopo(empresa):
        feita = ImportacaoDeClientes.objects.get()
        assert (feita.estado, feita.gravadas, feita.conteudo) == ("concluida", 120, None)
        assert Cliente.objects.count() == 120


@pytest.mark.django_db
def test_a_file_that_is_none_leaves_no_import(no_escopo: Empresa, ator: Ator, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 nada")
    with pytest.raises(ErroDeValidacao):
        importacao_abrir(empresa=no_escopo, ator=ator, caminho=tmp_path / "x.xlsx", nome="x.xlsx")
    assert not ImportacaoDeClientes.objects.exists()


@pytest.mark.concorrencia
@pytest.mark.django_db(transaction=True)
def test_an_import_killed_midway_goes_on_without_duplicates_or_gaps(tmp_path: Path) -> None:
    municipios_carregar()
    empresa = empresa_criar(slug="alfa", nome="Alfa")
    with escopo(empresa):
        ClienteFactory(empresa=empresa)
    dados = linhas(500)
    dados[10]["UF"] = "XX"
    caminho = gravar(tmp_path / "c.csv", dados)
    corredor = Corredor(
        "clientes.tests.corridas:importar_ate",
        {"empresa_id": empresa.pk, "caminho": str(caminho), "parar_em": 200},
    )
    assert corredor.ler() == "pronto"
    corredor.largar()
    assert corredor.ler() == 200
    corredor.matar()
    with escopo(empresa):
        assert Cliente.objects.count() == 1 + 199
    relato = _importar(empresa, caminho)
    assert (relato["lidas"], relato["gravadas"], relato["com_erro"]) == (500, 499, 1)
    with escopo(empresa):
        assert Cliente.objects.count() == 1 + 499
        assert Cliente.objects.values("nome").distinct().count() == 500
        assert SeriesDeClientes().verificar(empresa) == []
