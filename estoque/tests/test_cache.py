"""The log, the fold, the off-switch and their guards."""

import logging
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import redis
import time_machine
from django.db import DatabaseError, connection, transaction

from estoque import handlers, services, tasks
from estoque.errors import produto_ocupado
from estoque.locks import lock_produto
from estoque.models import CacheUpdateLog, EstadoCache, Produto, SaldoEstoqueCache
from estoque.selectors.projecoes import projecao_exata, rupturas
from estoque.selectors.saldos import saldo_exato, saldos_da_lista
from estoque.selectors.validacao import FONTES, divergencias
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.errors import Indisponivel
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
ATOR = Ator("teste")


@pytest.fixture
def produto(no_escopo: Empresa) -> Produto:
    produto = services.produto_criar(empresa=no_escopo, ator=ATOR, cod_produto="A", nome="Anel")
    services.movimentacao_registrar(
        empresa=no_escopo, ator=ATOR, produto=produto, tipo="entrada", quantidade="9"
    )
    return produto


def _saldo(empresa: Empresa) -> Decimal:
    return saldo_exato(empresa=empresa, cod_produto="A").saldo_atual


def test_a_balance_row_exists_from_the_products_creation(no_escopo: Empresa, produto: Produto) -> None:
    assert SaldoEstoqueCache.objects.get(produto=produto).saldo == 0
    assert _saldo(no_escopo) == 9


def test_a_fold_empties_the_log_once_and_says_what_it_did(
    no_escopo: Empresa, produto: Produto, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="estoque.services.cache"):
        assert services.produtos_dobrar(empresa=no_escopo, produto_ids=[produto.pk]) == 1
    assert services.produtos_dobrar(empresa=no_escopo, produto_ids=[produto.pk]) == 0
    linha = SaldoEstoqueCache.objects.get(produto=produto)
    assert (linha.saldo, linha.atualizado_por, linha.atualizado_quanto) == (9, "movimentacao", 9)
    assert linha.atualizado_em is not None
    textos = [r.getMessage() for r in caplog.records]
    assert [t.split()[0] for t in textos] == ["🔄", "✅", "📊"]
    assert textos[1] == "✅ Saldo atualizado: 9.000"


@pytest.mark.parametrize("tabela", ["cache_update_log", "saldo_estoque_cache", "projecao_estoque_cache"])
def test_a_tenant_may_not_write_the_log_nor_the_caches(
    no_escopo: Empresa, produto: Produto, tabela: str
) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        _executar(f"DELETE FROM {tabela}")
    assert CacheUpdateLog.objects.count() == 1


def test_a_tenant_cannot_fold_or_rebuild_another_empresa(empresa: Empresa, outra_empresa: Empresa) -> None:
    with escopo(empresa):
        for funcao in ("estoque_dobrar", "estoque_reconstruir"):
            with pytest.raises(DatabaseError, match="fora do escopo"), transaction.atomic():
                _executar(f"SELECT {funcao}({outra_empresa.pk}, '{{}}', current_date)")


def _executar(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_copy_merge_and_truncate_are_counted(empresa: Empresa) -> None:
    with escopo(empresa):
        produto = services.produto_criar(empresa=empresa, ator=ATOR, cod_produto="A", nome="Anel")
        services.carteira_incluir(
            empresa=empresa,
            ator=ATOR,
            num_pedido="P",
            produto=produto,
            quantidade="5",
            data_entrega=hoje(empresa.fuso),
        )
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY estoque_movimentacaoestoque (empresa_id, produto_id, tipo, quantidade, data, documento,"
            " observacao, qtd_baixada, criado_em, criado_por) FROM STDIN",
            StringIO(f"{empresa.pk}\t{produto.pk}\tsaida\t2.25\t2026-01-01\t\t\t0\tnow\t\n" * 4),
        )
        cursor.execute(
            "MERGE INTO estoque_carteiraprincipal c USING estoque_produto p ON p.id = c.produto_id"
            " WHEN MATCHED THEN UPDATE SET qtd_saldo = 1, qtd_cancelada = 4"
        )
    with escopo(empresa):
        lido = saldo_exato(empresa=empresa, cod_produto="A")
        assert (lido.saldo_atual, lido.qtd_carteira) == (-9, 1)
        services.produtos_dobrar(empresa=empresa, produto_ids=[produto.pk])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(FONTES)} CASCADE")
    with escopo(empresa):
        lido = saldo_exato(empresa=empresa, cod_produto="A")
        assert (lido.saldo_atual, lido.qtd_carteira) == (0, 0)
        assert divergencias(empresa=empresa) == []


def test_while_the_cache_is_off_readers_are_told_and_after_it_all_is_exact(
    no_escopo: Empresa, produto: Produto
) -> None:
    empresa = no_escopo
    with pytest.raises(LookupError), services.desabilitar_cache_temporariamente():
        services.movimentacao_registrar(
            empresa=empresa, ator=ATOR, produto=produto, tipo="saida", quantidade="2"
        )
        assert services.produtos_dobrar(empresa=empresa, produto_ids=[produto.pk]) == 0
        leituras: list[Any] = [
            lambda: services.garantir_cache_atualizado(empresa, "A"),
            lambda: projecao_exata(empresa=empresa, cod_produto="A"),
            lambda: rupturas(empresa=empresa),
        ]
        for ler in leituras:
            with pytest.raises(Indisponivel) as erro:
                ler()
            assert erro.value.code == "cache_em_reconstrucao"
        assert saldos_da_lista(empresa=empresa, produto_ids=[produto.pk])[produto.pk].saldo_atual is None
        raise LookupError
    assert not EstadoCache.objects.exists()
    assert _saldo(empresa) == 7
    assert CacheUpdateLog.objects.count() == 0
    assert divergencias(empresa=empresa) == []


def test_a_dead_loader_is_cleared_up_by_the_sweep(no_escopo: Empresa, produto: Produto) -> None:
    EstadoCache.objects.create(empresa=no_escopo, desligado_por="carga morta")
    with pytest.raises(Indisponivel):
        _saldo(no_escopo)
    services.cache_varrer(empresa=no_escopo)
    assert not EstadoCache.objects.exists()
    assert _saldo(no_escopo) == 9


def test_the_off_switch_refuses_to_work_inside_a_transaction(no_escopo: Empresa) -> None:
    desligado = services.desabilitar_cache_temporariamente()
    with transaction.atomic(), pytest.raises(RuntimeError, match="transação"), desligado:
        pass


def test_midnight_changes_the_figures_without_any_job(no_escopo: Empresa, produto: Produto) -> None:
    empresa, dia = no_escopo, hoje(no_escopo.fuso)
    services.producao_criar(
        empresa=empresa, ator=ATOR, produto=produto, quantidade="5", data=dia + timedelta(days=1)
    )
    services.carteira_incluir(
        empresa=empresa,
        ator=ATOR,
        num_pedido="P",
        produto=produto,
        quantidade="12",
        data_entrega=dia + timedelta(days=3),
    )
    services.produtos_dobrar(empresa=empresa, produto_ids=[produto.pk])
    assert saldo_exato(empresa=empresa, cod_produto="A").data_ruptura is None
    with time_machine.travel(timedelta(days=2) + _agora(), tick=False):
        lido = saldo_exato(empresa=empresa, cod_produto="A")
        assert (lido.data_ruptura, lido.producao_vencida) == (dia + timedelta(days=3), 5)
        assert [r.data_ruptura for r in rupturas(empresa=empresa)] == [dia + timedelta(days=3)]
    with time_machine.travel(timedelta(days=6) + _agora(), tick=False):
        assert saldo_exato(empresa=empresa, cod_produto="A").data_ruptura == dia + timedelta(days=6)


def _agora() -> Any:
    from django.utils import timezone

    return timezone.now()


def test_the_task_folds_twice_without_harm_and_sweeps_alone(empresa: Empresa) -> None:
    with escopo(empresa):
        produto = services.produto_criar(empresa=empresa, ator=ATOR, cod_produto="A", nome="Anel")
        services.movimentacao_registrar(
            empresa=empresa, ator=ATOR, produto=produto, tipo="entrada", quantidade="9"
        )
    assert tasks.dobrar_produtos(empresa.pk, [produto.pk]) == 1
    assert tasks.dobrar_produtos(empresa.pk, [produto.pk]) == 0
    with escopo(empresa):
        services.movimentacao_registrar(
            empresa=empresa, ator=ATOR, produto=produto, tipo="saida", quantidade="1"
        )
    assert tasks.varrer_estoque() == 1
    assert tasks.varrer_estoque() == 0
    tasks.validar_estoque_amostra()
    tasks.validar_estoque_tudo()
    assert SaldoEstoqueCache.objects.get().saldo == 8


def test_a_write_wakes_one_fold_per_product_after_the_commit(
    no_escopo: Empresa, produto: Produto, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    enviados: list[Any] = []
    chaves: set[tuple[int, int]] = set()

    def novos(empresa_id: int, produto_ids: tuple[int, ...]) -> list[int]:
        achados = [p for p in produto_ids if (empresa_id, p) not in chaves]
        chaves.update((empresa_id, p) for p in achados)
        return achados

    monkeypatch.setattr(handlers, "_ainda_nao_esperados", novos)
    monkeypatch.setattr(
        handlers.dobrar_produtos, "apply_async", lambda args, **opcoes: enviados.append((args, opcoes))
    )
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            services.movimentacao_registrar(
                empresa=no_escopo, ator=ATOR, produto=produto, tipo="entrada", quantidade="1"
            )
        assert enviados == []
    assert enviados == [((no_escopo.pk, [produto.pk]), {"countdown": 0.5, "retry": False})]


def test_without_redis_a_write_still_succeeds(
    no_escopo: Empresa, produto: Produto, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    def cair(*_: Any) -> list[int]:
        raise redis.ConnectionError("fora do ar")

    monkeypatch.setattr(handlers, "_ainda_nao_esperados", cair)
    with django_capture_on_commit_callbacks(execute=True):
        services.movimentacao_registrar(
            empresa=no_escopo, ator=ATOR, produto=produto, tipo="entrada", quantidade="1"
        )
    assert _saldo(no_escopo) == 10


def test_the_lock_of_a_product_locks_before_it_reads(
    no_escopo: Empresa, produto: Produto, django_assert_num_queries: Any
) -> None:
    with lock_produto("A") as travado:
        assert travado == produto
    assert produto_ocupado().code == "produto_ocupado"


def test_sql_readers_get_exact_views(no_escopo: Empresa, produto: Produto) -> None:
    services.carteira_incluir(
        empresa=no_escopo,
        ator=ATOR,
        num_pedido="P",
        produto=produto,
        quantidade="10",
        data_entrega=hoje(no_escopo.fuso),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT saldo_atual, disponivel, data_ruptura, em_reconstrucao FROM saldo_estoque_exato"
        )
        assert cursor.fetchall() == [(9, -1, hoje(no_escopo.fuso), False)]
        cursor.execute("SELECT count(*), min(saldo) FROM projecao_estoque_exata")
        assert cursor.fetchall() == [(29, -1)]


def test_a_login_for_spreadsheets_reads_the_views_of_its_empresa(
    empresa: Empresa, outra_empresa: Empresa
) -> None:
    for alvo, quanto in ((empresa, "9"), (outra_empresa, "4")):
        with escopo(alvo):
            feito = services.produto_criar(empresa=alvo, ator=ATOR, cod_produto="A", nome="Anel")
            services.movimentacao_registrar(
                empresa=alvo, ator=ATOR, produto=feito, tipo="entrada", quantidade=quanto
            )
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE bi_de_teste IN ROLE inquilino")
        cursor.execute("GRANT bi_de_teste TO CURRENT_USER")
        cursor.execute("SET LOCAL ROLE bi_de_teste")
        cursor.execute("SELECT count(*) FROM saldo_estoque_exato")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT set_config('app.empresa_id', %s, true)", [str(empresa.pk)])
        cursor.execute("SELECT saldo_atual FROM saldo_estoque_exato")
        assert cursor.fetchall() == [(9,)]
        cursor.execute("SELECT count(*), min(saldo) FROM projecao_estoque_exata")
        assert cursor.fetchall() == [(29, 9)]
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT set_config('app.empresa_id', '', true)")
