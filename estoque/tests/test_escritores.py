"""Whoever writes, and however: what readers are told equals the naive recomputation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from estoque import services
from estoque.models import (
    CacheUpdateLog,
    CarteiraPrincipal,
    MovimentacaoEstoque,
    PreSeparacaoItem,
    Produto,
    ProgramacaoProducao,
    ProjecaoEstoqueCache,
    SaldoEstoqueCache,
    Separacao,
)
from estoque.selectors.projecoes import projecao_exata
from estoque.selectors.saldos import saldo_exato
from estoque.selectors.validacao import FONTES, divergencias
from estoque.tests.factories import CarteiraFactory, MovimentacaoFactory, ProducaoFactory, ProdutoFactory
from estoque.tests.ingenuo import recalcular
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
ATOR = Ator("teste")


@dataclass
class Mundo:
    """Two products with something in every stage, all of it folded. Writers work as owner."""

    empresa: Empresa
    a: Produto
    b: Produto
    dia: date

    @property
    def linha(self) -> CarteiraPrincipal:
        return CarteiraPrincipal.objects.get(produto=self.a)

    def nova_linha(self, **dados: Any) -> CarteiraPrincipal:
        base = {"produto": self.a, "quantidade": Decimal(3), "data_entrega": self.dia}
        return CarteiraFactory.build(**base | {"empresa": self.empresa} | dados)

    def novo_movimento(self, **dados: Any) -> MovimentacaoEstoque:
        base = {"produto": self.a, "data": self.dia, "quantidade": Decimal("2.5")}
        return MovimentacaoFactory.build(**base | {"empresa": self.empresa} | dados)


@pytest.fixture
def mundo(empresa: Empresa) -> Mundo:
    dia = hoje(empresa.fuso) + timedelta(days=3)
    produtos = []
    for codigo in ("A", "B"):
        produto = ProdutoFactory(empresa=empresa, cod_produto=codigo)
        MovimentacaoFactory(produto=produto, quantidade=Decimal(20))
        linha = CarteiraFactory(
            produto=produto, quantidade=Decimal(9), qtd_saldo=Decimal(4), data_entrega=dia
        )
        pre = PreSeparacaoItem.objects.create(
            empresa=empresa, carteira=linha, produto=produto, quantidade=3, qtd_saldo=3, data=dia
        )
        Separacao.objects.create(
            empresa=empresa,
            carteira=linha,
            pre_separacao=pre,
            produto=produto,
            quantidade=2,
            qtd_saldo=2,
            data_expedicao=dia,
        )
        ProducaoFactory(produto=produto, data=dia)
        produtos.append(produto)
    services.cache_reconstruir(empresa=empresa)
    assert not CacheUpdateLog.objects.exists()
    return Mundo(empresa, produtos[0], produtos[1], dia)


def _conferir(mundo: Mundo) -> None:
    with escopo(mundo.empresa):
        for produto in Produto.objects.order_by("pk"):
            certo = recalcular(produto, hoje(mundo.empresa.fuso), dias=15)
            lido = saldo_exato(empresa=mundo.empresa, cod_produto=produto.cod_produto)
            assert (
                lido.saldo_atual,
                lido.qtd_carteira,
                lido.qtd_pre_separacao,
                lido.qtd_separacao,
                lido.data_ruptura,
                lido.menor_saldo,
            ) == (certo.saldo, certo.carteira, certo.pre, certo.sep, certo.ruptura, certo.menor)
            projecao = projecao_exata(empresa=mundo.empresa, cod_produto=produto.cod_produto, dias=15)
            assert [(d.data, d.entradas, d.saidas, d.saldo) for d in projecao.dias] == certo.dias
        assert divergencias(empresa=mundo.empresa) == []


def _sql(comando: str, *valores: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(comando, valores)


def _salvar_de_novo(m: Mundo) -> None:
    linha = m.linha
    linha.qtd_saldo, linha.data_entrega = Decimal(1), m.dia + timedelta(days=2)
    linha.save()


def _bulk_create_que_atualiza(m: Mundo) -> None:
    """One statement that inserts one row and updates another: both triggers, one log."""
    velha, nova = m.linha, m.nova_linha()
    velha.qtd_saldo = Decimal(2)
    nova.pk = velha.pk + 1000
    for linha in (velha, nova):
        linha.criado_em = velha.criado_em
    CarteiraPrincipal.objects.bulk_create(
        [velha, nova],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["qtd_saldo", "data_entrega"],
    )


def _bulk_create_que_ignora(m: Mundo) -> None:
    repetida = m.linha
    repetida.qtd_saldo = Decimal(0)
    CarteiraPrincipal.objects.bulk_create([repetida, m.nova_linha()], ignore_conflicts=True)


def _bulk_update(m: Mundo) -> None:
    linhas = list(CarteiraPrincipal.objects.order_by("pk"))
    for n, linha in enumerate(linhas):
        linha.qtd_saldo, linha.data_entrega = Decimal(n), m.dia + timedelta(days=n)
    CarteiraPrincipal.objects.bulk_update(linhas, ["qtd_saldo", "data_entrega"])


def _copy(m: Mundo) -> None:
    linhas = "".join(
        f"{m.empresa.pk}\t{produto.pk}\t{tipo}\t{quanto}\t2026-01-05\t\t\t0\tnow\t\n"
        for produto in (m.a, m.b)
        for tipo, quanto in (("entrada", "1.125"), ("saida", "7"), ("ajuste", "-0.001"))
    )
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY estoque_movimentacaoestoque (empresa_id, produto_id, tipo, quantidade, data, documento,"
            " observacao, qtd_baixada, criado_em, criado_por) FROM STDIN",
            StringIO(linhas),
        )


def _merge_de_tudo(m: Mundo) -> None:
    """MERGE that inserts, updates and deletes in one statement."""
    plano = ProgramacaoProducao.objects.get(produto=m.a).pk
    outro = ProgramacaoProducao.objects.get(produto=m.b).pk
    _sql(
        "MERGE INTO estoque_programacaoproducao p USING (VALUES (%s), (%s), (0)) x(id) ON p.id = x.id"
        " WHEN MATCHED AND p.id = %s THEN UPDATE SET qtd_saldo = 2, data = data + 1"
        " WHEN MATCHED THEN DELETE"
        " WHEN NOT MATCHED THEN INSERT (empresa_id, produto_id, quantidade, qtd_saldo, qtd_produzida,"
        " qtd_cancelada, data, criado_em, criado_por) VALUES (%s, %s, 5, 5, 0, 0, %s, now(), '')",
        *(plano, outro, plano, m.empresa.pk, m.a.pk, m.dia),
    )


def _insert_on_conflict(m: Mundo) -> None:
    _sql(
        "INSERT INTO estoque_preseparacaoitem SELECT * FROM estoque_preseparacaoitem"
        " ON CONFLICT (id) DO UPDATE SET qtd_saldo = 1.5, data = excluded.data + 4"
    )


def _cte_que_move(m: Mundo) -> None:
    """Two sources in one statement: the units leave the line and arrive in the separação."""
    _sql(
        "WITH tirada AS (UPDATE estoque_carteiraprincipal SET qtd_saldo = qtd_saldo - 2 WHERE produto_id = %s"
        " RETURNING empresa_id, id, produto_id)"
        " INSERT INTO estoque_separacao (empresa_id, carteira_id, produto_id, quantidade, qtd_saldo,"
        " qtd_expedida, data_expedicao, criado_em, criado_por)"
        " SELECT empresa_id, id, produto_id, 2, 2, 0, %s, now(), '' FROM tirada",
        m.a.pk,
        m.dia,
    )


def _mover_para_outro_produto(m: Mundo) -> None:
    _sql("UPDATE estoque_programacaoproducao SET produto_id = %s WHERE produto_id = %s", m.b.pk, m.a.pk)


def _juntar_dois_produtos(m: Mundo) -> None:
    """All plans and picks of both products become the first one's, in one UPDATE per source."""
    for tabela in FONTES[1:]:
        _sql(f"UPDATE {tabela} SET produto_id = %s", m.a.pk)


def _trocar_dois_produtos(m: Mundo) -> None:
    _sql(
        "UPDATE estoque_carteiraprincipal SET produto_id = %s + %s - produto_id, qtd_saldo = qtd_saldo / 2",
        m.a.pk,
        m.b.pk,
    )


def _apagar_do_livro(m: Mundo) -> None:
    MovimentacaoEstoque.objects.filter(produto=m.a).delete()


def _desfazer_um_ponto(m: Mundo) -> None:
    """What a savepoint takes back leaves no delta behind."""
    with transaction.atomic():
        m.novo_movimento().save()
        with transaction.atomic():
            m.novo_movimento(tipo="saida", quantidade=Decimal(90)).save()
            transaction.set_rollback(True)


def _truncar(tabela: str) -> Callable[[Mundo], None]:
    def truncar(_: Mundo) -> None:
        _sql("SET CONSTRAINTS ALL IMMEDIATE")
        _sql(f"TRUNCATE {tabela} CASCADE")

    return truncar


ESCRITAS: dict[str, Callable[[Mundo], Any]] = {
    "save de uma linha nova": lambda m: m.nova_linha().save(),
    "save de uma linha velha": _salvar_de_novo,
    "save do livro": lambda m: m.novo_movimento(tipo="ajuste", quantidade=Decimal("-3.25")).save(),
    "delete de um objeto": lambda m: ProgramacaoProducao.objects.get(produto=m.a).delete(),
    "delete de um conjunto": lambda m: ProgramacaoProducao.objects.all().delete(),
    "delete do livro": _apagar_do_livro,
    "update": lambda m: CarteiraPrincipal.objects.update(qtd_saldo=1, data_entrega=m.dia - timedelta(days=9)),
    "bulk_create": lambda m: MovimentacaoEstoque.objects.bulk_create(
        [m.novo_movimento(), m.novo_movimento(produto=m.b, tipo="saida")]
    ),
    "bulk_create com update_conflicts": _bulk_create_que_atualiza,
    "bulk_create com ignore_conflicts": _bulk_create_que_ignora,
    "bulk_update": _bulk_update,
    "COPY": _copy,
    "MERGE": _merge_de_tudo,
    "INSERT ON CONFLICT": _insert_on_conflict,
    "CTE sobre duas fontes": _cte_que_move,
    "UPDATE para outro produto": _mover_para_outro_produto,
    "UPDATE que junta dois produtos": _juntar_dois_produtos,
    "UPDATE que troca dois produtos": _trocar_dois_produtos,
    "savepoint desfeito": _desfazer_um_ponto,
    **{f"TRUNCATE de {tabela}": _truncar(tabela) for tabela in FONTES},
}


@pytest.mark.parametrize("escrita", ESCRITAS)
def test_every_way_of_writing_is_counted(mundo: Mundo, escrita: str) -> None:
    antes = CacheUpdateLog.objects.count()
    ESCRITAS[escrita](mundo)
    assert CacheUpdateLog.objects.count() > antes
    _conferir(mundo)
    with escopo(mundo.empresa):
        assert services.produtos_dobrar(empresa=mundo.empresa, produto_ids=[mundo.a.pk, mundo.b.pk]) > 0
    assert not CacheUpdateLog.objects.exists()
    _conferir(mundo)


@pytest.mark.parametrize("tabela", FONTES)
def test_the_ways_of_writing_are_caught_for_want_of_a_trigger(mundo: Mundo, tabela: str) -> None:
    """Positive control of the table above: one source without its triggers, and the comparison fails."""
    _sql("SET CONSTRAINTS ALL IMMEDIATE")
    _sql(f"ALTER TABLE {tabela} DISABLE TRIGGER USER")
    coluna = "quantidade" if tabela.endswith("movimentacaoestoque") else "qtd_saldo"
    _sql(f"UPDATE {tabela} SET {coluna} = 0.5")
    with pytest.raises(AssertionError):
        _conferir(mundo)


def test_a_statement_that_changes_no_quantity_and_no_day_writes_no_delta(mundo: Mundo) -> None:
    CarteiraPrincipal.objects.update(num_pedido="OUTRO", criado_por="ninguém")
    _sql("UPDATE estoque_separacao SET qtd_saldo = qtd_saldo WHERE false")
    assert not CacheUpdateLog.objects.exists()


def test_one_statement_over_a_thousand_rows_writes_one_delta_per_product(mundo: Mundo) -> None:
    MovimentacaoEstoque.objects.bulk_create(
        [mundo.novo_movimento(produto=produto) for produto in (mundo.a, mundo.b) for _ in range(500)]
    )
    assert list(
        CacheUpdateLog.objects.order_by("produto_id").values_list("produto_id", "origem", "saldo", "dia")
    ) == [
        (mundo.a.pk, "movimentacao", Decimal(1250), None),
        (mundo.b.pk, "movimentacao", Decimal(1250), None),
    ]


@pytest.mark.parametrize("tabela", FONTES[1:])
def test_a_row_cannot_be_given_to_another_empresa(mundo: Mundo, outra_empresa: Empresa, tabela: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _sql(f"UPDATE {tabela} SET empresa_id = %s", outra_empresa.pk)
    assert not CacheUpdateLog.objects.exists()
    _conferir(mundo)


def test_a_product_cannot_be_given_to_another_empresa(mundo: Mundo, outra_empresa: Empresa) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _sql("UPDATE estoque_produto SET empresa_id = %s WHERE id = %s", outra_empresa.pk, mundo.a.pk)
    _conferir(mundo)


def test_a_plan_follows_its_product_through_a_move_of_both_to_another_empresa(
    mundo: Mundo, outra_empresa: Empresa
) -> None:
    """The delta leaves the one empresa's log and arrives in the other's, with product and empresa changed."""
    dela = ProdutoFactory(empresa=outra_empresa, cod_produto="A")
    plano = ProgramacaoProducao.objects.get(produto=mundo.a)
    _sql(
        "UPDATE estoque_programacaoproducao SET empresa_id = %s, produto_id = %s WHERE id = %s",
        *(outra_empresa.pk, dela.pk, plano.pk),
    )
    _conferir(mundo)
    with escopo(outra_empresa):
        dia = projecao_exata(empresa=outra_empresa, cod_produto="A", dias=5).dias[3]
        assert (dia.data, dia.entradas) == (mundo.dia, 8)
        assert divergencias(empresa=outra_empresa) == []


def test_a_movement_is_not_edited_not_even_by_merge_or_on_conflict(mundo: Mundo) -> None:
    comandos = (
        "UPDATE estoque_movimentacaoestoque SET data = data - 1",
        "MERGE INTO estoque_movimentacaoestoque m USING estoque_produto p ON p.id = m.produto_id"
        " WHEN MATCHED THEN UPDATE SET quantidade = 1",
        "INSERT INTO estoque_movimentacaoestoque SELECT * FROM estoque_movimentacaoestoque"
        " ON CONFLICT (id) DO UPDATE SET quantidade = 1",
    )
    for comando in comandos:
        with pytest.raises(IntegrityError, match="estorne"), transaction.atomic():
            _sql(comando)
    assert not CacheUpdateLog.objects.exists()


def test_a_tenant_deletes_a_product_without_movements_and_its_figures_go_with_it(mundo: Mundo) -> None:
    with escopo(mundo.empresa):
        produto = services.produto_criar(empresa=mundo.empresa, ator=ATOR, cod_produto="C", nome="Copo")
        plano = services.producao_criar(
            empresa=mundo.empresa, ator=ATOR, produto=produto, quantidade=4, data=mundo.dia
        )
        services.produtos_dobrar(empresa=mundo.empresa, produto_ids=[produto.pk])
        assert ProjecaoEstoqueCache.objects.filter(produto=produto).count() == 1
        plano.delete()
        produto.delete()
        assert not SaldoEstoqueCache.objects.filter(pk=plano.produto_id).exists()
        assert not ProjecaoEstoqueCache.objects.filter(produto_id=plano.produto_id).exists()
        # The plan's negative delta is all that is left: no figure, no alarm, and the sweep drops it.
        assert CacheUpdateLog.objects.get().producao == -4
        assert divergencias(empresa=mundo.empresa) == []
        assert services.cache_varrer(empresa=mundo.empresa) == 1
        assert not CacheUpdateLog.objects.exists()
        assert services.cache_varrer(empresa=mundo.empresa) == 0
    _conferir(mundo)


def test_a_product_in_use_is_not_deleted(mundo: Mundo) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _sql("DELETE FROM estoque_produto WHERE id = %s", mundo.a.pk)
    _conferir(mundo)


@pytest.mark.django_db(transaction=True)
def test_truncate_is_refused_where_it_could_not_count_what_it_removes(empresa: Empresa) -> None:
    """Under an older snapshot rows committed since would go without a delta."""
    produto = ProdutoFactory(empresa=empresa, cod_produto="A")
    MovimentacaoFactory(produto=produto)
    with pytest.raises(DatabaseError, match="READ COMMITTED"), transaction.atomic():
        _sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        _sql("TRUNCATE estoque_movimentacaoestoque")
    assert MovimentacaoEstoque.objects.count() == 1
    with transaction.atomic():
        _sql("TRUNCATE estoque_movimentacaoestoque")
    with escopo(empresa):
        assert saldo_exato(empresa=empresa, cod_produto="A").saldo_atual == 0
        assert divergencias(empresa=empresa) == []
