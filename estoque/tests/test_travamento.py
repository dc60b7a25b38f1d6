"""Which locks are taken, and in what order: product, stage, then what is decided by, then the write."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from estoque import services
from estoque.locks import espera_limitada, lock_produto, travar_linha, travar_produtos
from estoque.models import CarteiraPrincipal, EstadoCache
from estoque.selectors.validacao import travas_do_cache
from estoque.tests.cenario import Cenario
from nucleo.errors import NaoEncontrado
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
PASSOS = {
    "dobra em comum": "pg_advisory_xact_lock_shared",
    "dobra a sós": "pg_advisory_xact_lock(",
    "produto": 'FROM "estoque_produto" WHERE',
    "carteira": 'FROM "estoque_carteiraprincipal"',
    "pré-separação": 'FROM "estoque_preseparacaoitem"',
    "separação": 'FROM "estoque_separacao"',
    "saldo": "FROM saldo_estoque_cache",
    "dobrar": "estoque_dobrar(",
    "reconstruir": "estoque_reconstruir(",
    "livro": 'INSERT INTO "estoque_movimentacaoestoque"',
}


@pytest.fixture
def c(no_escopo: Empresa) -> Cenario:
    return Cenario(no_escopo)


def _passos(trabalho: Any) -> list[str]:
    """Locks and the statements they are for, in the order in which the work sends them."""
    with CaptureQueriesContext(connection) as feitas:
        trabalho()
    passos = []
    for consulta in feitas.captured_queries:
        sql = consulta["sql"]
        for nome, parte in PASSOS.items():
            de_linha = parte.startswith('FROM "')
            if parte in sql and (not de_linha or "FOR NO KEY UPDATE" in sql):
                passos.append(nome)
    return passos


def test_a_fold_shares_its_lock_then_holds_its_products_in_order(c: Cenario) -> None:
    a, b = c.produto("A"), c.produto("B")
    with CaptureQueriesContext(connection) as feitas:
        services.produtos_dobrar(empresa=c.empresa, produto_ids=[b.pk, a.pk, b.pk])
    travas = [q["sql"] for q in feitas.captured_queries if "FOR NO KEY UPDATE" in q["sql"]]
    assert len(travas) == 1
    assert 'SELECT "estoque_produto"."id" AS "pk"' in travas[0]
    assert travas[0].endswith(f"IN ({a.pk}, {b.pk})) ORDER BY 1 ASC FOR NO KEY UPDATE")
    assert _passos(lambda: c.dobrar(a, b)) == ["dobra em comum", "produto", "dobrar"]


def test_a_rebuild_of_all_is_alone_and_one_of_a_product_is_not(c: Cenario) -> None:
    produto = c.produto()
    assert _passos(lambda: services.cache_reconstruir(empresa=c.empresa)) == ["dobra a sós", "reconstruir"]
    assert _passos(lambda: services.produto_atualizar(empresa=c.empresa, codigo="A")) == [
        "dobra em comum",
        "produto",
        "reconstruir",
    ]
    assert produto.cod_produto == "A"


def test_a_plain_write_waits_for_nobody(c: Cenario) -> None:
    produto = c.produto()
    c.mover(produto, 5)
    assert _passos(lambda: c.mover(produto, 1, "saida")) == ["livro"]
    separacao = c.separar(c.pedir(produto, 3))
    assert _passos(lambda: c.expedir(separacao, 1)) == ["separação", "livro"]


def test_where_negative_stock_is_forbidden_the_product_is_held_before_the_balance_is_read(c: Cenario) -> None:
    produto = c.produto()
    entrada = c.mover(produto, 5)
    c.proibir_negativo()
    assert _passos(lambda: c.mover(produto, 1, "saida")) == ["produto", "saldo", "livro"]
    # What brings stock in takes no lock, whatever the empresa forbids.
    assert _passos(lambda: c.mover(produto, 1)) == ["livro"]
    separacao = c.separar(c.pedir(produto, 2))
    assert _passos(lambda: c.expedir(separacao)) == ["produto", "separação", "produto", "saldo", "livro"]
    assert _passos(lambda: c.mover(produto, -1, "ajuste")) == ["produto", "saldo", "livro"]
    c.mover(produto, 9)
    assert _passos(lambda: c.estornar(entrada)) == ["produto", "saldo", "livro"]


def test_a_pick_that_goes_back_holds_the_order_line_before_its_own_row(c: Cenario) -> None:
    linha = c.pedir(c.produto(), 5)
    pre = c.pre_separar(linha, 3)
    separacao = c.separar(pre, 1)
    dados: dict[str, Any] = {**c.comum}
    assert _passos(lambda: services.pre_separacao_cancelar(**dados, pre_separacao_id=pre.pk)) == [
        "carteira",
        "pré-separação",
    ]
    assert _passos(lambda: services.separacao_cancelar(**dados, separacao_id=separacao.pk)) == [
        "carteira",
        "separação",
    ]


def test_locks_are_taken_without_the_key_so_that_writers_of_the_foreign_key_go_on(c: Cenario) -> None:
    produto = c.produto()
    linha = c.pedir(produto, 1)
    with CaptureQueriesContext(connection) as feitas, transaction.atomic():
        travar_produtos(empresa_id=c.empresa.pk, produto_ids=[produto.pk])
        travar_linha(CarteiraPrincipal, empresa_id=c.empresa.pk, pk=linha.pk)
        with lock_produto("A"):
            pass
    travas = [q["sql"] for q in feitas.captured_queries if " FOR " in q["sql"]]
    assert len(travas) == 3
    assert all("FOR NO KEY UPDATE" in sql for sql in travas)


def test_the_wait_is_limited_in_the_block_only(c: Cenario) -> None:
    def limite() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    with transaction.atomic():
        antes = limite()
        with espera_limitada():
            assert limite() == "10s"
        assert limite() == antes


def test_another_empresas_rows_are_not_locked(c: Cenario, outra_empresa: Empresa) -> None:
    produto = c.produto()
    linha = c.pedir(produto, 1)
    assert travar_produtos(empresa_id=outra_empresa.pk, produto_ids=[produto.pk]) == []
    with pytest.raises(NaoEncontrado):
        travar_linha(CarteiraPrincipal, empresa_id=outra_empresa.pk, pk=linha.pk)
    with pytest.raises(NaoEncontrado) as erro, lock_produto("NADA"):
        pass
    assert erro.value.code == "produto_desconhecido"


def test_the_state_of_the_cache_names_who_holds_what(empresa: Empresa) -> None:
    with escopo(empresa):
        Cenario(empresa).produto()
        with services.desabilitar_cache_temporariamente(empresa):
            travas = travas_do_cache()
            estado = EstadoCache.objects.get()
        assert [(t["tipo"], t["empresa_id"], t["concedida"]) for t in travas] == [("carga", empresa.pk, True)]
        assert (estado.empresa_id, estado.desligado_por) == (empresa.pk, "sistema")
        # What is left is the rebuild's own lock, until this test's transaction ends.
        assert [t["tipo"] for t in travas_do_cache()] == ["dobra"]
