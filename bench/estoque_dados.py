"""A company with 10,000 products and 1,000,000 movements, one product of them with 100,000."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from bench.contexto import Contexto
from estoque.services.cache import cache_reconstruir
from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import empresa_criar

ATOR = Ator("bench")
QUENTE, FRIO = "P00001", "P00002"
COLUNAS_DO_LIVRO = (
    "empresa_id, produto_id, tipo, quantidade, data, documento, observacao, qtd_baixada, criado_em,"
    " criado_por"
)


@dataclass(frozen=True)
class Dados:
    """Where the measured rows are."""

    empresa: Empresa
    produtos: int
    quente: int
    frio: int


def montar(ctx: Contexto) -> Dados:
    """Build it as owner in bulk (triggers on), fold it by a rebuild, and let the planner see it."""
    empresa = empresa_criar(slug="bench-estoque", nome="Bench")
    produtos, total = ctx.n(10_000, 60), ctx.n(1_000_000, 6000)
    quente = total // 10
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO estoque_produto"
            " (empresa_id, cod_produto, nome, unidade, estoque_minimo, ativo, criado_em)"
            " SELECT %s, 'P' || lpad(n::text, 5, '0'), 'Produto ' || n, 'UN', 2, true, now()"
            " FROM generate_series(1, %s) n",
            [empresa.pk, produtos],
        )
        cursor.execute("SELECT id FROM estoque_produto WHERE empresa_id = %s ORDER BY id", [empresa.pk])
        ids = [linha[0] for linha in cursor.fetchall()]
        for produto, quantos in ((ids[0], quente), (ids[1], 100)):
            cursor.execute(livro("%s, %s", "generate_series(1, %s) n"), [empresa.pk, produto, quantos])
        cursor.execute(
            livro("%s, %s + n %% %s", "generate_series(1, %s) n"),
            [empresa.pk, ids[2], produtos - 2, total - quente - 100],
        )
        cursor.execute(
            "INSERT INTO estoque_carteiraprincipal"
            " (empresa_id, num_pedido, produto_id, quantidade, qtd_saldo, qtd_cancelada, data_entrega,"
            " criado_em, criado_por) SELECT %s, 'C' || n, p.id, 1 + n * (p.id %% 4), 1 + n * (p.id %% 4), 0,"
            " current_date + (p.id %% 25)::int + n, now(), ''"
            " FROM estoque_produto p, generate_series(1, 3) n",
            [empresa.pk],
        )
        cursor.execute(
            "INSERT INTO estoque_programacaoproducao (empresa_id, produto_id, quantidade, qtd_saldo,"
            " qtd_produzida, qtd_cancelada, data, criado_em, criado_por)"
            " SELECT %s, id, 3, 3, 0, 0, current_date + (id %% 20)::int, now(), '' FROM estoque_produto",
            [empresa.pk],
        )
    with escopo(empresa):
        cache_reconstruir(empresa=empresa)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Dados(empresa, produtos, ids[0], ids[1])


def livro(chaves: str, fonte: str) -> str:
    """An INSERT of movements, most of them in: two entradas of 3 for each saída of 5."""
    return (
        f"INSERT INTO estoque_movimentacaoestoque ({COLUNAS_DO_LIVRO}) SELECT {chaves},"
        " CASE WHEN n %% 3 = 0 THEN 'saida' ELSE 'entrada' END, CASE WHEN n %% 3 = 0 THEN 5 ELSE 3 END,"
        f" current_date - (n %% 360)::int, 'bench', '', 0, now(), '' FROM {fonte}"
    )


def triggers(ligados: bool) -> None:
    """Switch the stock's triggers (the baseline has none)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE estoque_movimentacaoestoque {'ENABLE' if ligados else 'DISABLE'} TRIGGER USER"
        )


def consultar(texto: str, parametros: Any = None) -> list[tuple[Any, ...]]:
    """Run one statement."""
    with connection.cursor() as cursor:
        cursor.execute(texto, parametros)
        return cursor.fetchall() if cursor.description else []
