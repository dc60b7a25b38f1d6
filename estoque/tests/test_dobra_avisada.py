"""Who wakes the fold, how often, and what the background does when something is in its way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
import time_machine
from django.core import serializers
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from estoque import handlers, services, tasks
from estoque.errors import produto_ocupado
from estoque.models import (
    CacheUpdateLog,
    EstadoCache,
    MovimentacaoEstoque,
    Produto,
    ProgramacaoProducao,
    SaldoEstoqueCache,
)
from estoque.tests.cenario import Cenario
from estoque.tests.factories import CarteiraFactory
from nucleo.api.limites import cliente_redis
from nucleo.escopo import escopo
from nucleo.models import Alerta, Empresa
from nucleo.tests.processos import correr

pytestmark = pytest.mark.django_db
AQUI = "estoque.tests.corridas_aviso"


class Carteiro:
    """Takes the tasks in place of the broker; the debounce keys are really in Redis."""

    def __init__(self) -> None:
        self.enviadas: list[tuple[int, list[int]]] = []
        self.opcoes: list[dict[str, Any]] = []

    def __call__(self, args: tuple[int, list[int]], **opcoes: Any) -> None:
        self.enviadas.append(args)
        self.opcoes.append(opcoes)


@pytest.fixture
def carteiro(monkeypatch: pytest.MonkeyPatch) -> Iterator[Carteiro]:
    cliente_redis().flushdb()
    carteiro = Carteiro()
    monkeypatch.setattr(handlers.dobrar_produtos, "apply_async", carteiro)
    yield carteiro
    cliente_redis().flushdb()


@pytest.fixture
def c(no_escopo: Empresa) -> Cenario:
    return Cenario(no_escopo)


@pytest.fixture
def ao_confirmar(django_capture_on_commit_callbacks: Any) -> Any:
    """Run what waits for the commit when the block ends."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_many_writes_of_one_product_announce_one_fold(
    c: Cenario, carteiro: Carteiro, ao_confirmar: Any
) -> None:
    a, b = c.produto("A"), c.produto("B")
    with ao_confirmar():
        for _ in range(5):
            c.mover(a, 1)
        c.pedir(b, 1)
    with ao_confirmar():
        c.planejar(a, 1)
    assert carteiro.enviadas == [(c.empresa.pk, [a.pk]), (c.empresa.pk, [b.pk])]
    # Half a second later, and a broker that is away is not waited for.
    assert carteiro.opcoes == [{"countdown": 0.5, "retry": False}] * 2


def test_the_key_goes_before_the_fold_reads_so_the_next_write_announces_again(
    c: Cenario, carteiro: Carteiro, ao_confirmar: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    produto = c.produto()
    with ao_confirmar():
        c.mover(produto, 1)
    chave = tasks.chave_de_espera(c.empresa.pk, produto.pk)
    assert 0 < cliente_redis().pttl(chave) <= 2000
    vistas: list[int] = []

    def dobrar(**dados: Any) -> int:
        vistas.append(cliente_redis().exists(chave))
        return services.produtos_dobrar(**dados)

    monkeypatch.setattr(tasks, "produtos_dobrar", dobrar)
    assert tasks.dobrar_produtos(c.empresa.pk, [produto.pk]) == 1
    assert vistas == [0]
    with ao_confirmar():
        c.mover(produto, 1)
    assert len(carteiro.enviadas) == 2


def test_every_kind_of_orm_write_announces(c: Cenario, carteiro: Carteiro, ao_confirmar: Any) -> None:
    produto = c.produto()

    def anunciadas() -> int:
        total = len(carteiro.enviadas)
        carteiro.enviadas.clear()
        cliente_redis().flushdb()
        return total

    with ao_confirmar():
        linha = c.pedir(produto, 9)
    assert anunciadas() == 1
    for escrever in (
        lambda: c.pre_separar(linha, 2),
        lambda: c.separar(linha, 2),
        lambda: c.planejar(produto, 3),
        lambda: ProgramacaoProducao.objects.get().delete(),
        lambda: services.movimentacoes_registrar(
            **c.comum, itens=[{"cod_produto": "A", "tipo": "entrada", "quantidade": "1"}] * 3
        ),
        lambda: services.carteira_incluir_varios(
            **c.comum, num_pedido="P", itens=[(produto, 1), (produto, 2)], data_entrega=c.dia(1)
        ),
    ):
        with ao_confirmar():
            escrever()
        assert anunciadas() == 1


def test_what_is_rolled_back_or_only_loaded_announces_nothing(
    c: Cenario, carteiro: Carteiro, ao_confirmar: Any
) -> None:
    produto = c.produto()
    linha = CarteiraFactory.build(
        empresa=c.empresa, produto=produto, data_entrega=c.dia(1), criado_em=timezone.now()
    )
    with ao_confirmar():
        with transaction.atomic():
            c.mover(produto, 1)
            transaction.set_rollback(True)
        # As loaddata writes: a fixture is no news.
        for objeto in serializers.deserialize("json", serializers.serialize("json", [linha])):
            objeto.save()
    assert carteiro.enviadas == []
    assert CacheUpdateLog.objects.count() == 1


def test_a_large_write_is_announced_in_portions(c: Cenario, carteiro: Carteiro) -> None:
    handlers.acordar(c.empresa.pk, tuple(range(1, 451)))
    assert [len(ids) for _, ids in carteiro.enviadas] == [200, 200, 50]
    handlers.acordar(c.empresa.pk, (450, 451))
    assert carteiro.enviadas[-1] == (c.empresa.pk, [451])


def test_the_same_product_number_of_another_empresa_is_announced_too(
    c: Cenario, outra_empresa: Empresa, carteiro: Carteiro
) -> None:
    handlers.acordar(c.empresa.pk, (7,))
    handlers.acordar(outra_empresa.pk, (7,))
    assert carteiro.enviadas == [(c.empresa.pk, [7]), (outra_empresa.pk, [7])]


@pytest.mark.parametrize("falha", [redis.ConnectionError("fora"), OperationalError("fora")])
def test_without_a_broker_the_write_stands_and_the_sweep_folds(
    c: Cenario, carteiro: Carteiro, ao_confirmar: Any, monkeypatch: pytest.MonkeyPatch, falha: Exception
) -> None:
    def cair(*_: Any, **__: Any) -> None:
        raise falha

    monkeypatch.setattr(handlers.dobrar_produtos, "apply_async", cair)
    produto = c.produto()
    with ao_confirmar():
        c.mover(produto, 3)
    assert c.saldo().saldo_atual == 3
    assert services.cache_varrer(empresa=c.empresa) == 1
    assert SaldoEstoqueCache.objects.get().saldo == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.concorrencia
def test_processes_that_write_at_once_announce_one_fold_between_them(empresa: Empresa) -> None:
    cliente_redis().flushdb()
    with escopo(empresa):
        Cenario(empresa).produto()
    anunciadas = correr(f"{AQUI}:escrever", [{"empresa_id": empresa.pk, "vezes": 5}] * 3)
    assert sum(anunciadas) == 1
    assert MovimentacaoEstoque.objects.count() == 15
    cliente_redis().flushdb()


@pytest.mark.django_db(transaction=True)
@pytest.mark.concorrencia
def test_without_the_key_in_redis_each_of_them_announces(empresa: Empresa) -> None:
    """Positive control of the debounce."""
    with escopo(empresa):
        Cenario(empresa).produto()
    anunciadas = correr(
        f"{AQUI}:escrever", [{"empresa_id": empresa.pk, "vezes": 5}] * 2, remendo=f"{AQUI}:sem_espera"
    )
    assert sum(anunciadas) == 10


# --- the tasks


def _com_pendente(empresa: Empresa) -> Produto:
    with escopo(empresa):
        c = Cenario(empresa)
        produto = c.produto()
        c.mover(produto, 4)
    return produto


def test_a_busy_product_is_left_for_later(empresa: Empresa, monkeypatch: pytest.MonkeyPatch) -> None:
    produto = _com_pendente(empresa)

    def ocupado(**_: Any) -> int:
        raise produto_ocupado()

    with monkeypatch.context() as remendo:
        remendo.setattr(tasks, "produtos_dobrar", ocupado)
        assert tasks.dobrar_produtos(empresa.pk, [produto.pk]) == 0
    assert CacheUpdateLog.objects.count() == 1
    assert tasks.dobrar_produtos(empresa.pk, [produto.pk]) == 1


def test_without_redis_the_task_folds_all_the_same(empresa: Empresa, monkeypatch: pytest.MonkeyPatch) -> None:
    produto = _com_pendente(empresa)

    class Fora:
        def delete(self, *_: str) -> None:
            raise redis.ConnectionError("fora")

    monkeypatch.setattr(tasks, "cliente_redis", Fora)
    assert tasks.dobrar_produtos(empresa.pk, [produto.pk]) == 1


def test_a_task_of_an_empresa_that_is_gone_does_nothing(empresa: Empresa) -> None:
    assert tasks.dobrar_produtos(empresa.pk + 999, [1]) == 0


def test_the_sweep_visits_every_empresa_and_one_trouble_does_not_stop_it(
    empresa: Empresa, outra_empresa: Empresa, monkeypatch: pytest.MonkeyPatch
) -> None:
    for alvo in (empresa, outra_empresa):
        _com_pendente(alvo)
    varrer = services.cache_varrer

    def tropecar(*, empresa: Empresa) -> int:
        if empresa.slug == "alfa":
            raise DatabaseError("o banco desta empresa tropeçou")
        return varrer(empresa=empresa)

    with monkeypatch.context() as remendo:
        remendo.setattr(tasks, "cache_varrer", tropecar)
        assert tasks.varrer_estoque() == 1
    assert [log.empresa_id for log in CacheUpdateLog.objects.all()] == [empresa.pk]
    assert tasks.varrer_estoque() == 1
    assert not CacheUpdateLog.objects.exists()


def test_the_sweep_clears_up_after_a_dead_loader_even_where_nothing_is_pending(empresa: Empresa) -> None:
    with escopo(empresa):
        Cenario(empresa).produto()
        EstadoCache.objects.create(empresa=empresa, desligado_por="carga morta")
    tasks.varrer_estoque()
    assert not EstadoCache.objects.exists()


def _estragar(empresa: Empresa, quanto: int = 1) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE saldo_estoque_cache SET saldo = saldo + %s WHERE empresa_id = %s", [quanto, empresa.pk]
        )


@pytest.mark.parametrize("tarefa", [tasks.validar_estoque_amostra, tasks.validar_estoque_tudo])
def test_the_validations_repair_and_tell_the_difference_each_empresa_its_own(
    empresa: Empresa, outra_empresa: Empresa, tarefa: Any
) -> None:
    for alvo in (empresa, outra_empresa):
        _com_pendente(alvo)
        with escopo(alvo):
            services.cache_varrer(empresa=alvo)
    _estragar(empresa)
    for _ in range(2):
        tarefa()
        alerta = Alerta.objects.get(chave="estoque_cache_divergente")
        assert (alerta.empresa, alerta.severidade) == (empresa, "error")
        assert alerta.detalhe == "A saldo : 5.000 → 4.000"
        assert set(SaldoEstoqueCache.objects.values_list("saldo", flat=True)) == {4}
    # The second full run found nothing any more; a clean sample is no proof of that.
    assert (alerta.resolvido_em is not None) == (tarefa is tasks.validar_estoque_tudo)


def test_the_nightly_run_refreshes_what_midnight_outdated(empresa: Empresa) -> None:
    with escopo(empresa):
        c = Cenario(empresa)
        produto = c.produto()
        c.planejar(produto, 5, em=1)
        c.pedir(produto, 5, em=3)
        c.dobrar(produto)
        seca = c.dia(3)
    assert SaldoEstoqueCache.objects.get().data_ruptura is None
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2), tick=False):
        tasks.validar_estoque_tudo()
    linha = SaldoEstoqueCache.objects.get()
    assert (linha.data_ruptura, linha.producao_vencida, linha.valido_ate) == (seca, 5, None)
    assert not Alerta.objects.filter(chave="estoque_cache_divergente").exists()


def test_an_inactive_empresa_is_not_validated(empresa: Empresa) -> None:
    _com_pendente(empresa)
    _estragar(empresa)
    Empresa.objects.filter(pk=empresa.pk).update(ativa=False)
    tasks.validar_estoque_tudo()
    assert not Alerta.objects.exists()
    assert SaldoEstoqueCache.objects.get().saldo == 1
