"""A product that somebody holds, and a bulk load that dies: real processes, nothing lost, clear states."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import connection

from estoque import locks, services, tasks
from estoque.models import CacheUpdateLog, EstadoCache, MovimentacaoEstoque, Produto, SaldoEstoqueCache
from estoque.selectors.validacao import divergencias
from nucleo.ator import Ator
from nucleo.errors import Indisponivel
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.tests.processos import Corredor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concorrencia]
ATOR = Ator("teste")
AQUI = "estoque.tests.corridas_carga"
PRAZO_S = 20
_DESTE_BANCO = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


@pytest.fixture
def produtos(empresa: Empresa) -> dict[str, Produto]:
    """A with 9 and B with 4, all of it still pending."""
    with escopo(empresa):
        feitos = {
            codigo: services.produto_criar(empresa=empresa, ator=ATOR, cod_produto=codigo, nome="Anel")
            for codigo in ("A", "B")
        }
    _entrar(empresa, feitos["A"], 9)
    _entrar(empresa, feitos["B"], 4)
    return feitos


def _entrar(empresa: Empresa, produto: Produto, quantidade: int) -> None:
    with escopo(empresa):
        services.movimentacao_registrar(
            empresa=empresa, ator=ATOR, produto=produto, tipo="entrada", quantidade=quantidade
        )


def _dobrar(empresa: Empresa, produto: Produto) -> int:
    with escopo(empresa):
        return services.produtos_dobrar(empresa=empresa, produto_ids=[produto.pk])


def _lido(empresa: Empresa, codigo: str = "A") -> Decimal:
    with escopo(empresa):
        saldo: Decimal = services.garantir_cache_atualizado(empresa, codigo)["saldo_atual"]
    return saldo


def _dobrado(produto: Produto) -> Decimal:
    return SaldoEstoqueCache.objects.get(produto=produto).saldo


def _ate(condicao: Callable[[], bool]) -> None:
    prazo = time.monotonic() + PRAZO_S
    while not condicao():
        assert time.monotonic() < prazo, "o prazo passou"


def _contar(sql: str, *valores: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, valores)
        return int(cursor.fetchone()[0])


@contextmanager
def _filho(funcao: str, empresa: Empresa) -> Iterator[Corredor]:
    """A child process at work on product A; killed at the latest when the block ends."""
    filho = Corredor(f"{AQUI}:{funcao}", {"empresa_id": empresa.pk, "cod_produto": "A"})
    try:
        assert filho.ler() == "pronto"
        filho.largar()
        yield filho
    finally:
        filho.matar()


def test_a_product_held_too_long_is_a_clear_state_and_loses_nothing(
    empresa: Empresa, produtos: dict[str, Produto], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert locks.ESPERA_S == 10
    monkeypatch.setattr(locks, "ESPERA_S", 1)
    with _filho("segurar", empresa) as dono:
        assert dono.ler() == "segurando"
        inicio = time.monotonic()
        with pytest.raises(Indisponivel) as erro:
            _dobrar(empresa, produtos["A"])
        assert erro.value.code == "produto_ocupado"
        assert 0.9 < time.monotonic() - inicio < PRAZO_S
        # The background task takes the same refusal for an answer, the sweep does not even wait.
        assert tasks.dobrar_produtos(empresa.pk, [produtos["A"].pk]) == 0
        assert tasks.varrer_estoque() == 1
        assert (_dobrado(produtos["A"]), _dobrado(produtos["B"])) == (0, 4)
        _entrar(empresa, produtos["A"], 2)
        assert _lido(empresa) == 11
        assert CacheUpdateLog.objects.filter(produto_id=produtos["A"].pk).count() == 2
        dono.largar()
        assert dono.terminar() == "solto"
    assert _dobrar(empresa, produtos["A"]) == 2
    assert (_dobrado(produtos["A"]), _lido(empresa)) == (11, 11)
    assert not CacheUpdateLog.objects.exists()


def test_while_one_fold_waits_for_its_product_other_products_fold(
    empresa: Empresa, produtos: dict[str, Produto]
) -> None:
    with _filho("segurar", empresa) as dono:
        assert dono.ler() == "segurando"
        with _filho("dobrar", empresa) as paciente:
            _ate(lambda: _contar(f"{_DESTE_BANCO} AND wait_event_type = 'Lock'") == 1)
            assert _dobrar(empresa, produtos["B"]) == 1
            assert (_dobrado(produtos["A"]), _dobrado(produtos["B"])) == (0, 4)
            dono.largar()
            assert dono.terminar() == "solto"
            assert paciente.terminar() == 1
    assert _dobrado(produtos["A"]) == 9
    assert not CacheUpdateLog.objects.exists()


def test_a_loader_killed_in_its_load_is_cleared_up_and_only_what_it_committed_counts(
    empresa: Empresa, produtos: dict[str, Produto]
) -> None:
    with _filho("carregar", empresa) as carga:
        conexao = carga.ler()
        # The sweep leaves a living loader alone, however often it comes by.
        assert tasks.varrer_estoque() == 0
        assert EstadoCache.objects.filter(empresa=empresa).exists()
        for codigo in produtos:
            with pytest.raises(Indisponivel) as erro:
                _lido(empresa, codigo)
            assert erro.value.code == "cache_em_reconstrucao"
        assert _dobrar(empresa, produtos["B"]) == 0
        carga.matar()
        _ate(lambda: _contar(f"{_DESTE_BANCO} AND pid = %s", conexao) == 0)
    with pytest.raises(Indisponivel):
        _lido(empresa)
    assert tasks.varrer_estoque() == 1
    assert not EstadoCache.objects.exists()
    assert MovimentacaoEstoque.objects.filter(produto=produtos["A"]).count() == 6
    assert (_lido(empresa), _lido(empresa, "B")) == (14, 4)
    assert (_dobrado(produtos["A"]), _dobrado(produtos["B"])) == (14, 4)
    assert not CacheUpdateLog.objects.exists()
    with escopo(empresa):
        assert divergencias(empresa=empresa) == []
