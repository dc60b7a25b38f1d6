"""Promise E: what an exact balance, projection, fold, rebuild and trigger cost, beside their baselines."""

import statistics
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from rest_framework.test import APIClient

from bench.contexto import Contexto
from bench.estoque_dados import ATOR, FRIO, QUENTE, Dados, consultar, livro, montar
from bench.estoque_escritas import escritas
from bench.quadro import Linha, abaixo_de, ao_menos, lado_a_lado, milissegundos, no_maximo, percentil
from estoque import services
from estoque.models import Produto
from estoque.selectors import projecoes
from estoque.selectors.saldos import saldos_da_lista
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.services.chaves import chave_criar

# The same work as one plain statement, without the function around it.
PROJECAO_CRUA = """
WITH alvo AS (
    SELECT p.id, s.saldo + (SELECT coalesce(sum(saldo), 0) FROM cache_update_log l
                            WHERE l.empresa_id = %(e)s AND l.produto_id = p.id) AS saldo
    FROM estoque_produto p JOIN saldo_estoque_cache s ON s.produto_id = p.id AND s.empresa_id = p.empresa_id
    WHERE p.empresa_id = %(e)s AND p.cod_produto = %(c)s
), eventos AS (
    SELECT greatest(b.data, %(h)s) AS dia, CASE WHEN b.data >= %(h)s THEN b.entradas ELSE 0 END AS e,
           b.saidas AS s
    FROM projecao_estoque_cache b JOIN alvo ON alvo.id = b.produto_id
    WHERE b.empresa_id = %(e)s AND b.data < %(h)s + %(d)s
    UNION ALL
    SELECT greatest(l.dia, %(h)s), CASE WHEN l.dia >= %(h)s THEN l.producao ELSE 0 END,
           l.carteira + l.pre_separacao + l.separacao
    FROM cache_update_log l JOIN alvo ON alvo.id = l.produto_id
    WHERE l.empresa_id = %(e)s AND l.dia < %(h)s + %(d)s
), dias AS (SELECT dia, sum(e) AS e, sum(s) AS s FROM eventos GROUP BY 1)
SELECT %(h)s + g.i, coalesce(e, 0), coalesce(s, 0),
       alvo.saldo + sum(coalesce(e, 0) - coalesce(s, 0)) OVER (ORDER BY g.i)
FROM alvo CROSS JOIN generate_series(0, %(d)s - 1) g(i) LEFT JOIN dias ON dia = %(h)s + g.i ORDER BY g.i
"""

RUPTURAS_CRUAS = """
WITH e AS (
    SELECT produto_id, %(h)s::date AS dia, CASE WHEN tipo = 'saida' THEN -quantidade ELSE quantidade END AS v
    FROM estoque_movimentacaoestoque WHERE empresa_id = %(e)s
    UNION ALL SELECT produto_id, greatest(data_entrega, %(h)s), -qtd_saldo FROM estoque_carteiraprincipal
    WHERE empresa_id = %(e)s AND qtd_saldo > 0
    UNION ALL SELECT produto_id, greatest(data, %(h)s), -qtd_saldo FROM estoque_preseparacaoitem
    WHERE empresa_id = %(e)s AND qtd_saldo > 0
    UNION ALL SELECT produto_id, greatest(data_expedicao, %(h)s), -qtd_saldo FROM estoque_separacao
    WHERE empresa_id = %(e)s AND qtd_saldo > 0
    UNION ALL SELECT produto_id, data, qtd_saldo FROM estoque_programacaoproducao
    WHERE empresa_id = %(e)s AND qtd_saldo > 0 AND data >= %(h)s
), d AS (SELECT produto_id, dia, sum(v) AS v FROM e GROUP BY 1, 2),
r AS (SELECT produto_id, dia, sum(v) OVER (PARTITION BY produto_id ORDER BY dia) AS s FROM d)
SELECT p.cod_produto, min(dia) FROM r JOIN estoque_produto p ON p.id = r.produto_id
WHERE s < 0 AND dia <= %(a)s GROUP BY 1 ORDER BY 2, 1
"""


def medir(ctx: Contexto) -> list[Linha]:
    """Measure every claim of the stock."""
    dados = montar(ctx)
    linhas: list[Linha] = []
    for parte in (_leituras, _historia, _projecoes, _pendentes, _rupturas):
        linhas += parte(ctx, dados)
    return linhas + escritas(ctx, dados)


def _leituras(ctx: Contexto, dados: Dados) -> list[Linha]:
    e, dia = dados.empresa, hoje(dados.empresa.fuso)
    reps = ctx.n(400, 20)
    with escopo(e):
        nosso, cru, servico, orm = lado_a_lado(
            lambda: consultar("SELECT * FROM estoque_saldo(%s, %s, %s)", [e.pk, QUENTE, dia]),
            lambda: consultar("SELECT * FROM saldo_estoque_cache WHERE produto_id = %s", [dados.quente]),
            lambda: services.garantir_cache_atualizado(e, QUENTE),
            lambda: Produto.objects.get(pk=dados.quente),
            repeticoes=reps,
        )
        # Apart: what runs right after a long sum pays for the cold caches it leaves.
        (soma,) = lado_a_lado(
            lambda: consultar(
                "SELECT sum(CASE WHEN tipo = 'saida' THEN -quantidade ELSE quantidade END)"
                " FROM estoque_movimentacaoestoque WHERE empresa_id = %s AND produto_id = %s",
                [e.pk, dados.quente],
            ),
            repeticoes=15,
            aquecimento=2,
        )
    return [
        no_maximo(
            "saldo: comando", nosso=nosso, base=cru, razao=2, unidade="ms", linha_de_base="SELECT pela PK"
        ),
        ao_menos(
            "saldo: mais rápido que somar",
            nosso=soma / nosso,
            base=1,
            razao=25,
            unidade="vezes",
            linha_de_base="soma das movimentações do produto quente",
        ),
        no_maximo(
            "saldo: serviço", nosso=servico, base=orm, razao=2, unidade="ms", linha_de_base="get(pk=...)"
        ),
        abaixo_de("saldo (seed)", nosso=servico, limite=50, unidade="ms", origem="seed"),
    ]


def _historia(ctx: Contexto, dados: Dados) -> list[Linha]:
    """What is read and folded does not grow with the history."""
    e, reps = dados.empresa, ctx.n(150, 10)
    with escopo(e):
        dobra_quente, dobra_fria = _dobras(dados, reps)
        leitura = lado_a_lado(
            lambda: services.garantir_cache_atualizado(e, QUENTE),
            lambda: services.garantir_cache_atualizado(e, FRIO),
            repeticoes=reps * 2,
        )
        projecao = lado_a_lado(
            lambda: projecoes.projecao_exata(empresa=e, cod_produto=QUENTE),
            lambda: projecoes.projecao_exata(empresa=e, cod_produto=FRIO),
            repeticoes=reps,
        )
    pares = {"saldo": leitura, "dobra": [dobra_quente, dobra_fria], "projeção": projecao}
    linhas = [
        no_maximo(
            f"{nome}: 100.000 movimentações",
            nosso=quente,
            base=frio,
            razao=1.2,
            unidade="ms",
            linha_de_base="produto com 100",
        )
        for nome, (quente, frio) in pares.items()
    ]
    return [*linhas, abaixo_de("dobra (seed)", nosso=dobra_quente, limite=100, unidade="ms", origem="seed")]


def _dobras(dados: Dados, reps: int) -> tuple[float, float]:
    tempos: dict[int, list[float]] = {dados.quente: [], dados.frio: []}
    for _ in range(reps):
        for produto, lista in tempos.items():
            consultar(livro("%s, %s", "generate_series(1, 1) n"), [dados.empresa.pk, produto])
            dobrar = _dobrar(dados, produto)
            lista.append(milissegundos(dobrar))
    return statistics.median(tempos[dados.quente]), statistics.median(tempos[dados.frio])


def _dobrar(dados: Dados, produto: int) -> Callable[[], object]:
    return lambda: services.produtos_dobrar(empresa=dados.empresa, produto_ids=[produto])


def _projecoes(ctx: Contexto, dados: Dados) -> list[Linha]:
    e, reps = dados.empresa, ctx.n(300, 20)
    parametros = {"e": e.pk, "c": QUENTE, "h": hoje(e.fuso), "d": 29}
    with escopo(e):
        nosso, cru, sete = lado_a_lado(
            lambda: projecoes.projecao_exata(empresa=e, cod_produto=QUENTE),
            lambda: consultar(PROJECAO_CRUA, parametros),
            lambda: projecoes.projecao_exata(empresa=e, cod_produto=QUENTE, dias=7),
            repeticoes=reps,
        )
        _, chave = chave_criar(empresa=e, nome="bench", ator=ATOR)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Api-Key {chave}", HTTP_HOST="localhost")
    caminho = f"/api/v1/estoque/produtos/{QUENTE}/projecao/"
    assert api.get(caminho).status_code == 200
    vista = [milissegundos(lambda: api.get(caminho)) for _ in range(reps)]
    return [
        no_maximo(
            "projeção de 29 dias", nosso=nosso, base=cru, razao=2, unidade="ms", linha_de_base="um só SQL cru"
        ),
        abaixo_de(
            "projeção pela API, p95", nosso=percentil(vista, 95), limite=10, unidade="ms", origem="promessa"
        ),
        abaixo_de("projeção de 7 dias (seed)", nosso=sete, limite=200, unidade="ms", origem="seed"),
        abaixo_de("projeção de 29 dias (seed)", nosso=nosso, limite=500, unidade="ms", origem="seed"),
    ]


def _pendentes(ctx: Contexto, dados: Dados) -> list[Linha]:
    """100,000 deltas nobody has folded yet: the worst read there is."""
    e, quantos = dados.empresa, ctx.n(100_000, 500)
    consultar(
        "INSERT INTO cache_update_log (empresa_id, produto_id, origem, saldo)"
        " SELECT %s, %s, 'movimentacao', CASE n %% 2 WHEN 0 THEN 1 ELSE -1 END FROM generate_series(1, %s) n",
        [e.pk, dados.quente, quantos],
    )
    consultar("VACUUM ANALYZE cache_update_log")
    with escopo(e):
        tempos = [milissegundos(lambda: services.garantir_cache_atualizado(e, QUENTE)) for _ in range(15)]
        dobra = milissegundos(_dobrar(dados, dados.quente))
    consultar("VACUUM ANALYZE cache_update_log")
    return [
        abaixo_de(
            "saldo com 100.000 deltas pendentes",
            nosso=statistics.median(tempos),
            limite=50,
            unidade="ms",
            origem="promessa",
            nota=f"dobrá-los: {dobra:.0f} ms",
        )
    ]


def _rupturas(ctx: Contexto, dados: Dados) -> list[Linha]:
    e, dia = dados.empresa, hoje(dados.empresa.fuso)
    with escopo(e):
        nosso, cru = lado_a_lado(
            lambda: projecoes.rupturas(empresa=e),
            lambda: _recalculadas(dados, dia),
            repeticoes=9,
            aquecimento=1,
        )
        ids = list(Produto.objects.order_by("pk").values_list("pk", flat=True)[:2000:40])
        consultar(
            livro("%s, x.id", "unnest(%s::bigint[]) WITH ORDINALITY x(id, k), generate_series(3, 30, 3) n"),
            [e.pk, ids],
        )
        exato = [(r.cod_produto, r.data_ruptura) for r in projecoes.rupturas(empresa=e)]
        certo = [tuple(linha) for linha in _recalculadas(dados, dia)]
        com_pendentes = statistics.median(
            milissegundos(lambda: projecoes.rupturas(empresa=e)) for _ in range(9)
        )
        painel = milissegundos(lambda: _painel(dados))
        services.cache_varrer(empresa=e)
    return [
        ao_menos(
            "rupturas de todos: mais rápido que recalcular",
            nosso=cru / nosso,
            base=1,
            razao=30,
            unidade="vezes",
            linha_de_base="recálculo de todos",
            nota=f"{nosso:.1f} ms contra {cru:.0f} ms",
        ),
        abaixo_de(
            "rupturas com 50 produtos pendentes, diferenças",
            nosso=float(len(set(exato) ^ set(certo))),
            limite=1,
            unidade="",
            origem="promessa",
            nota=f"{len(certo)} rupturas em {com_pendentes:.1f} ms",
        ),
        abaixo_de("painel completo (seed)", nosso=painel, limite=1000, unidade="ms", origem="seed"),
    ]


def _recalculadas(dados: Dados, dia: date) -> list[tuple[Any, ...]]:
    return consultar(RUPTURAS_CRUAS, {"e": dados.empresa.pk, "h": dia, "a": dia + timedelta(days=28)})


def _painel(dados: Dados) -> None:
    """The board, a page of 50 balances and one product's page with its causes."""
    projecoes.rupturas(empresa=dados.empresa)
    ids = list(Produto.objects.order_by("cod_produto").values_list("pk", flat=True)[:50])
    saldos_da_lista(empresa=dados.empresa, produto_ids=ids)
    projecoes.projecao_com_causas(empresa=dados.empresa, cod_produto=QUENTE)
