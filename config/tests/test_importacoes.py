"""What holds for every command that brings in a spreadsheet."""

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from nucleo.ator import Ator
from nucleo.errors import Conflito
from nucleo.escopo import escopo
from nucleo.models import Empresa, ImportacaoDeArquivo
from nucleo.services.importacao import Execucao, importacao_do_arquivo

pytestmark = pytest.mark.django_db
MODELOS = [modelo for modelo in apps.get_models() if issubclass(modelo, ImportacaoDeArquivo)]
# A file of each command that has the right columns and no row that could be written.
CABECALHOS = {
    "importar_clientes": "nome;municipio;uf\n",
    "importar_orcamentos": "cliente;quantidade;preco_unitario\n",
    "importar_movimentacoes": "cod_produto;tipo;quantidade\n",
}


@pytest.fixture(params=CABECALHOS)
def comando(request: pytest.FixtureRequest) -> str:
    return request.param


def _rodar(comando: str, arquivo: Path) -> str:
    saida = StringIO()
    call_command(comando, str(arquivo), "--empresa", "alfa", stdout=saida, stderr=saida)
    return saida.getvalue()


def _importacoes() -> int:
    return sum(modelo._default_manager.count() for modelo in MODELOS)


def test_there_is_a_table_per_command() -> None:
    assert len(MODELOS) == len(CABECALHOS)


def test_a_file_that_is_not_there_is_one_clear_line(comando: str, empresa: Empresa, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"O arquivo .*nada.csv não existe"):
        _rodar(comando, tmp_path / "nada.csv")


def test_wrong_columns_leave_nothing_behind(comando: str, empresa: Empresa, tmp_path: Path) -> None:
    arquivo = tmp_path / "outra.csv"
    arquivo.write_text("isto;aquilo\n1;2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="colunas_invalidas"):
        _rodar(comando, arquivo)
    assert _importacoes() == 0
    assert list(tmp_path.iterdir()) == [arquivo]


def test_a_report_that_cannot_be_written_is_one_clear_line(
    comando: str, empresa: Empresa, tmp_path: Path
) -> None:
    arquivo = tmp_path / "x.csv"
    arquivo.write_text(CABECALHOS[comando] + "?;?;?\n", encoding="utf-8")
    (tmp_path / "x.csv.erros.csv").mkdir()
    with pytest.raises(CommandError, match=r"x.csv.erros.csv: Is a directory"):
        _rodar(comando, arquivo)


def test_a_finished_file_is_not_read_again(comando: str, empresa: Empresa, tmp_path: Path) -> None:
    arquivo = tmp_path / "x.csv"
    arquivo.write_text(CABECALHOS[comando] + "?;?;?\n", encoding="utf-8")
    assert "1 linhas lidas, 0 gravadas, 1 com erro" in _rodar(comando, arquivo)
    segunda = _rodar(comando, arquivo)
    assert "já foi importado por inteiro" in segunda
    assert "1 linhas lidas, 0 gravadas, 1 com erro" in segunda
    assert _importacoes() == 1


@pytest.mark.parametrize("modelo", MODELOS, ids=lambda m: m.__name__)
def test_a_run_whose_position_somebody_else_moved_stops(
    modelo: type[ImportacaoDeArquivo], empresa: Empresa, ator: Ator, tmp_path: Path
) -> None:
    arquivo = tmp_path / "x.csv"
    arquivo.write_text("x", encoding="utf-8")
    with escopo(empresa):
        primeira, segunda = (
            importacao_do_arquivo(
                importacoes=modelo._default_manager.all(), empresa=empresa, ator=ator, caminho=arquivo
            )
            for _ in range(2)
        )
        assert primeira == segunda
        minha, outra = Execucao(primeira), Execucao(segunda)
        with outra.transacao():
            outra.gravar_posicao(outra.progresso.__class__(ate_linha=101, lidas=100, gravadas=99, com_erro=1))
        with pytest.raises(Conflito, match="Outro processo") as recusa, minha.transacao():
            pytest.fail("the block must not run")
        assert recusa.value.code == "importacao_em_curso"
        outra.concluir()
        primeira.refresh_from_db()
        assert (primeira.ate_linha, primeira.gravadas, primeira.com_erro) == (101, 99, 1)
        assert primeira.concluida_em is not None
