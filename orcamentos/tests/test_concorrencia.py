"""Real processes numbering quotes: no duplicate, no gap, no error, no waiting for strangers."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError

from clientes.models import Cliente
from clientes.services import municipios_carregar
from clientes.tests.factories import ClienteFactory
from estoque.models import CarteiraPrincipal
from estoque.tests.factories import ProdutoFactory
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa, RegistroAuditoria
from nucleo.services.empresas import empresa_criar
from nucleo.tests.processos import Corredor, correr
from orcamentos.models import ErroDaImportacao, ItemOrcamento, Orcamento
from orcamentos.services.numeracao import SeriesDeOrcamentos
from orcamentos.tests.factories import EnviadoFactory, OrcamentoFactory, item

pytestmark = [pytest.mark.concorrencia, pytest.mark.django_db(transaction=True)]

MODULO = "orcamentos.tests.corridas"


def _empresa(slug: str) -> Empresa:
    empresa = empresa_criar(slug=slug, nome=slug.title())
    with escopo(empresa):
        ClienteFactory(empresa=empresa)
    return empresa


@pytest.fixture
def alfa(transactional_db: None) -> Empresa:
    municipios_carregar()
    return _empresa("alfa")


def _numero(empresa: Empresa, n: int) -> str:
    return f"ORC-{hoje(empresa.fuso).year}-{n:04d}"


def _tudo_certo(empresa: Empresa, esperados: int) -> None:
    with escopo(empresa):
        numeros = list(Orcamento.objects.order_by("ordem").values_list("budget_number", flat=True))
        assert numeros == [_numero(empresa, n) for n in range(1, esperados + 1)]
        assert SeriesDeOrcamentos().verificar(empresa) == []


def test_three_empresas_numbering_at_once_with_random_rollbacks_leave_neither_duplicates_nor_gaps(
    alfa: Empresa,
) -> None:
    empresas = [alfa, _empresa("beta"), _empresa("gama")]
    argumentos = [
        {"empresa_id": empresa.pk, "vezes": 25, "semente": n, "desfazer": 0.25}
        for n, empresa in enumerate(empresas * 2)
    ]
    saida = correr(f"{MODULO}:criar", argumentos)
    for n, empresa in enumerate(empresas):
        assert len({*saida[n], *saida[n + 3]}) == 50
        _tudo_certo(empresa, 50)


def test_the_first_number_of_a_year_is_race_free(alfa: Empresa) -> None:
    saida = correr(f"{MODULO}:criar", [{"empresa_id": alfa.pk, "vezes": 1, "semente": n} for n in range(4)])
    assert sorted(numero for lista in saida for numero in lista) == [_numero(alfa, n) for n in range(1, 5)]


def test_with_the_lock_nobody_ever_sees_a_conflict_and_without_it_the_race_shows(alfa: Empresa) -> None:
    with escopo(alfa):
        OrcamentoFactory(empresa=alfa, cliente=_cliente(alfa))
    argumentos = [{"empresa_id": alfa.pk, "vezes": 25, "semente": n} for n in range(4)]
    assert correr(f"{MODULO}:contar_conflitos", argumentos) == [0, 0, 0, 0]
    _tudo_certo(alfa, 101)
    # Positive control: only the retry behind the constraint saves the numbers now.
    sem = correr(f"{MODULO}:contar_conflitos", argumentos, remendo=f"{MODULO}:numeracao_sem_trava")
    assert sum(sem) > 0


def _cliente(empresa: Empresa) -> Cliente:
    return Cliente.objects.get(empresa=empresa)


@pytest.mark.parametrize("onde", ["numerar_e_segurar", "criar_e_segurar"])
def test_a_process_killed_between_number_and_commit_leaves_no_gap(alfa: Empresa, onde: str) -> None:
    with escopo(alfa):
        OrcamentoFactory(empresa=alfa, cliente=_cliente(alfa))
    morto = _largado(onde, alfa)
    assert morto.ler() in (2, _numero(alfa, 2))
    morto.matar()
    with escopo(alfa):
        seguinte = OrcamentoFactory(empresa=alfa, cliente=_cliente(alfa))
    assert seguinte.budget_number == _numero(alfa, 2)
    _tudo_certo(alfa, 2)


def _largado(funcao: str, empresa: Empresa) -> Corredor:
    corredor = Corredor(f"{MODULO}:{funcao}", {"empresa_id": empresa.pk})
    assert corredor.ler() == "pronto"
    corredor.largar()
    return corredor


@pytest.fixture
def com_pressa() -> Callable[..., str]:
    """Create a quote, refusing to wait for anybody's lock."""

    def criar(empresa: Empresa, **dados) -> str:
        with escopo(empresa):
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '500ms'")
            try:
                return OrcamentoFactory(empresa=empresa, cliente=_cliente(empresa), **dados).budget_number
            finally:
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")

    return criar


def test_empresas_and_years_do_not_wait_for_each_other(alfa: Empresa, com_pressa: Callable[..., str]) -> None:
    beta = _empresa("beta")
    outro = _largado("criar_e_segurar", beta)
    assert outro.ler() == _numero(beta, 1)
    assert com_pressa(alfa) == _numero(alfa, 1)
    ano = hoje(beta.fuso).year
    passado = {"data": hoje(beta.fuso).replace(year=ano - 1, month=12, day=31)}
    assert com_pressa(beta, **passado) == f"ORC-{ano - 1}-0001"
    with pytest.raises(OperationalError, match="lock timeout"):
        com_pressa(beta)
    outro.largar()
    assert outro.terminar() == _numero(beta, 1)
    assert com_pressa(beta) == _numero(beta, 2)


@pytest.fixture
def enviado(alfa: Empresa) -> Iterator[Orcamento]:
    with escopo(alfa):
        itens = [item("3", produto=ProdutoFactory(empresa=alfa))]
        orcamento = EnviadoFactory(empresa=alfa, cliente=_cliente(alfa), itens=itens)
    yield orcamento
    # The flush truncates all tables in one statement; the stock's trigger would log into one of them.
    CarteiraPrincipal.objects.all().delete()


def _aprovacoes() -> tuple[int, int]:
    return CarteiraPrincipal.objects.count(), RegistroAuditoria.objects.filter(
        acao="orcamento_aprovado"
    ).count()


def test_approving_from_many_browsers_at_once_does_it_once(alfa: Empresa, enviado: Orcamento) -> None:
    argumento = {"empresa_id": alfa.pk, "orcamento_id": enviado.pk, "versao": enviado.versao}
    saida = correr(f"{MODULO}:aprovar", [argumento] * 4)
    assert sorted(saida) == ["aprovado", *["estado_invalido"] * 3]
    with escopo(alfa):
        assert _aprovacoes() == (1, 1)


def test_positive_control_without_the_lock_a_quote_is_approved_twice(
    alfa: Empresa, enviado: Orcamento
) -> None:
    argumento = {"empresa_id": alfa.pk, "orcamento_id": enviado.pk, "versao": enviado.versao}
    dois = [Corredor(f"{MODULO}:aprovar", argumento, f"{MODULO}:aprovacao_sem_trava") for _ in range(2)]
    assert _tendo_lido_ambos(dois) == ["aprovado", "aprovado"]
    with escopo(alfa):
        assert _aprovacoes() == (2, 2)


def _tendo_lido_ambos(dois: Sequence[Corredor]) -> list[Any]:
    """Let each go on only when both have read, as their missing lock should have prevented."""
    for esperado in ("pronto", "lido"):
        for corredor in dois:
            assert corredor.ler() == esperado
            if esperado == "pronto":
                corredor.largar()
    for corredor in dois:
        corredor.largar()
    return [corredor.terminar() for corredor in dois]


def test_an_import_killed_midway_goes_on_without_duplicates_or_gaps(alfa: Empresa, tmp_path: Path) -> None:
    with escopo(alfa):
        codigo = _cliente(alfa).codigo_cliente
    linhas = [f"{codigo};Item {n};{'0' if n == 250 else '1'};10" for n in range(350)]
    caminho = tmp_path / "orcamentos.csv"
    caminho.write_text("cliente;descricao;quantidade;preco_unitario\n" + "\n".join(linhas))
    argumentos = {"empresa_id": alfa.pk, "caminho": str(caminho), "parar_em": 200}
    corredor = Corredor(f"{MODULO}:importar_ate", argumentos)
    assert corredor.ler() == "pronto"
    corredor.largar()
    assert corredor.ler() == 200
    corredor.matar()
    with escopo(alfa):
        assert Orcamento.objects.count() == 200
    assert correr(f"{MODULO}:importar_ate", [argumentos | {"parar_em": 0}]) == [349]
    _tudo_certo(alfa, 349)
    with escopo(alfa):
        assert ItemOrcamento.objects.values("descricao").distinct().count() == 349


def test_two_files_with_one_number_at_once_are_one_quote_and_one_refused_row(
    alfa: Empresa, tmp_path: Path
) -> None:
    with escopo(alfa):
        codigo = _cliente(alfa).codigo_cliente
    caminhos = [tmp_path / f"{nome}.csv" for nome in "abcd"]
    for caminho in caminhos:
        linhas = [f"ORC-2025-{n:04d};{codigo};2025-05-05;{caminho.stem};1;10" for n in range(1, 41)]
        titulos = "budget_number;cliente;data;descricao;quantidade;preco_unitario"
        caminho.write_text("\n".join([titulos, *linhas]))
    argumentos = [{"empresa_id": alfa.pk, "caminho": str(caminho), "parar_em": 0} for caminho in caminhos]
    assert sorted(correr(f"{MODULO}:importar_ate", argumentos)) == [0, 0, 0, 40]
    with escopo(alfa):
        assert Orcamento.objects.count() == 40
        assert ErroDaImportacao.objects.filter(codigo="budget_number_duplicado").count() == 120
        assert SeriesDeOrcamentos().verificar(alfa) == []


def test_positive_control_without_the_lock_an_import_breaks_on_the_number_of_another(
    alfa: Empresa, tmp_path: Path
) -> None:
    with escopo(alfa):
        codigo = _cliente(alfa).codigo_cliente
    dois = []
    for nome in "ab":
        caminho = tmp_path / f"{nome}.csv"
        titulos = "budget_number;cliente;data;descricao;quantidade;preco_unitario"
        caminho.write_text(f"{titulos}\nORC-2025-0001;{codigo};2025-05-05;{nome};1;10")
        argumentos = {"empresa_id": alfa.pk, "caminho": str(caminho)}
        dois.append(Corredor(f"{MODULO}:importar_ou_recusar", argumentos, f"{MODULO}:importacao_sem_trava"))
    assert set(_tendo_lido_ambos(dois)) == {1, "budget_number_em_conflito"}
