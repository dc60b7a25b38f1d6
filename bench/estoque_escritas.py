"""What writing costs: rebuild, triggers, eight writers at once, from the commit to the fold."""

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from django.db import transaction

from bench.contexto import RAIZ, Contexto
from bench.estoque_dados import ATOR, Dados, consultar, livro, triggers
from bench.quadro import Linha, abaixo_de, ao_menos, milissegundos, no_maximo, percentil
from estoque import services
from estoque.models import Produto
from nucleo.escopo import escopo


def escritas(ctx: Contexto, dados: Dados) -> list[Linha]:
    """Measure the writers' side; what is left behind is rebuilt."""
    linhas: list[Linha] = []
    for parte in (_reconstrucao, _gatilhos, _processos, _trabalhador):
        linhas += parte(ctx, dados)
    return linhas


def _reconstrucao(ctx: Contexto, dados: Dados) -> list[Linha]:
    e = dados.empresa
    consultar("CREATE TABLE bench_saldo (LIKE saldo_estoque_cache INCLUDING ALL)")
    consultar("CREATE TABLE bench_projecao (LIKE projecao_estoque_cache INCLUDING ALL)")
    nossos, crus = [], []
    for _ in range(5):
        crus.append(milissegundos(lambda: _reconstrucao_crua(e.pk)))
        with escopo(e):
            nossos.append(milissegundos(lambda: services.cache_reconstruir(empresa=e)))
    return [
        no_maximo(
            "reconstruir tudo",
            nosso=statistics.median(nossos),
            base=statistics.median(crus),
            razao=2,
            unidade="ms",
            linha_de_base="INSERT ... SELECT cru em tabelas vazias",
        )
    ]


def _reconstrucao_crua(empresa_id: int) -> None:
    demanda = (
        "SELECT produto_id, data_entrega AS data, qtd_saldo AS s, 0 AS p FROM estoque_carteiraprincipal"
        " WHERE empresa_id = %(e)s UNION ALL SELECT produto_id, data, 0, qtd_saldo"
        " FROM estoque_programacaoproducao WHERE empresa_id = %(e)s"
    )
    with transaction.atomic():
        consultar("TRUNCATE bench_saldo, bench_projecao")
        consultar(
            "INSERT INTO bench_saldo (empresa_id, produto_id, saldo, qtd_carteira, qtd_pre_separacao,"
            " qtd_separacao, menor_saldo, producao_vencida, atualizado_por, atualizado_quanto)"
            " SELECT %(e)s, produto_id, sum(CASE WHEN tipo = 'saida' THEN -quantidade ELSE quantidade END),"
            " 0, 0, 0, 0, 0, '', 0 FROM estoque_movimentacaoestoque WHERE empresa_id = %(e)s GROUP BY 2",
            {"e": empresa_id},
        )
        consultar(
            "INSERT INTO bench_projecao (empresa_id, produto_id, data, entradas, saidas)"
            f" SELECT %(e)s, produto_id, data, sum(p), sum(s) FROM ({demanda}) d GROUP BY 2, 3",
            {"e": empresa_id},
        )


def _gatilhos(ctx: Contexto, dados: Dados) -> list[Linha]:
    e = dados.empresa
    um: dict[bool, list[float]] = {True: [], False: []}
    muitos: dict[bool, list[float]] = {True: [], False: []}
    with escopo(e):
        produto = Produto.objects.get(pk=dados.frio)
    linha = {"empresa": e, "ator": ATOR, "produto": produto, "tipo": "entrada", "quantidade": 1}
    for volta in range(6):
        for ligados in (True, False):
            triggers(ligados)
            with escopo(e):
                tempos = [
                    milissegundos(lambda: services.movimentacao_registrar(**linha))
                    for _ in range(ctx.n(60, 5))
                ]
            if volta:
                um[ligados] += tempos
                muitos[ligados].append(_massa(ctx, dados))
    triggers(True)
    with escopo(e):
        services.cache_reconstruir(empresa=e)
    return [
        no_maximo(
            f"{nome} com triggers",
            nosso=statistics.median(tempos[True]),
            base=statistics.median(tempos[False]),
            razao=razao,
            unidade="ms",
            linha_de_base="sem triggers",
        )
        for nome, tempos, razao in (("movimentação pelo serviço", um, 2), ("100.000 em massa", muitos, 1.5))
    ]


def _massa(ctx: Contexto, dados: Dados) -> float:
    """One bulk insert over many products, rolled back."""
    with transaction.atomic():
        gasto = milissegundos(
            lambda: consultar(
                livro("%s, %s + n %% %s", "generate_series(1, %s) n"),
                [dados.empresa.pk, dados.quente, dados.produtos, ctx.n(100_000, 500)],
            )
        )
        transaction.set_rollback(True)
    return gasto


def _processos(ctx: Contexto, dados: Dados) -> list[Linha]:
    """Eight writers of one product against eight writers of eight products."""
    n, ids = ctx.n(300, 20), range(dados.quente, dados.quente + 8)
    taxas: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(3):
        for quente in (True, False):
            taxas[quente].append(_corrida([dados.quente] * 8 if quente else list(ids), dados, n))
    with escopo(dados.empresa):
        services.cache_varrer(empresa=dados.empresa)
    return [
        ao_menos(
            "8 processos num produto só",
            nosso=statistics.median(taxas[True]),
            base=statistics.median(taxas[False]),
            razao=0.8,
            unidade="/s",
            linha_de_base="8 produtos diferentes",
        )
    ]


def _corrida(produtos: list[int], dados: Dados, n: int) -> float:
    ambiente = os.environ | {"BANCO_PAPEL": "inquilino"}
    escritores = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.estoque_escritor", str(dados.empresa.pk), str(produto), str(n)],
            cwd=RAIZ,
            env=ambiente,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for produto in produtos
    ]
    for escritor in escritores:
        assert escritor.stdout is not None
        assert escritor.stdout.readline() == "pronto\n"
    inicio = time.perf_counter()
    for escritor in escritores:
        assert escritor.stdin is not None
        escritor.stdin.write("ja\n")
        escritor.stdin.flush()
    for escritor in escritores:
        escritor.communicate()
    return len(produtos) * n / (time.perf_counter() - inicio)


@contextlib.contextmanager
def _celery() -> Iterator[None]:
    comando = [sys.executable, "-m", "celery", "-A", "config", "--quiet", "worker", "-c", "2", "-l", "ERROR"]
    ambiente = os.environ | {"BANCO_PAPEL": "inquilino"}
    worker = subprocess.Popen(comando, cwd=RAIZ, env=ambiente, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(30)


def _trabalhador(ctx: Contexto, dados: Dados) -> list[Linha]:
    """From the commit of a movement to its fold, announced by the signal alone (no sweep runs)."""
    from config.celery import app

    app.control.purge()
    alvo = {"empresa": dados.empresa, "ator": ATOR, "tipo": "entrada", "quantidade": 1}
    with _celery(), escopo(dados.empresa):
        produtos = list(Produto.objects.order_by("-pk")[: ctx.n(300, 10)])
        services.movimentacao_registrar(produto=produtos[0], **alvo)
        _esperar_vazio(60)
        feitos: dict[int, float] = {}
        demoras: list[float] = []
        for produto in produtos:
            services.movimentacao_registrar(produto=produto, **alvo)
            feitos[produto.pk] = time.perf_counter()
            demoras += _dobrados(feitos)
            time.sleep(0.02)
        limite = time.perf_counter() + 30
        while feitos and time.perf_counter() < limite:
            demoras += _dobrados(feitos)
            time.sleep(0.005)
    demoras += [30.0] * len(feitos)
    return [
        abaixo_de(
            "do commit à dobra, p99",
            nosso=percentil(demoras, 99),
            limite=2,
            unidade="s",
            origem="promessa",
            nota=f"{len(demoras)} movimentações, mediana {statistics.median(demoras):.2f} s (espera 0,5 s)",
        )
    ]


def _dobrados(feitos: dict[int, float]) -> list[float]:
    agora = time.perf_counter()
    pendentes = {linha[0] for linha in consultar("SELECT DISTINCT produto_id FROM cache_update_log")}
    prontos = [produto for produto in feitos if produto not in pendentes]
    return [agora - feitos.pop(produto) for produto in prontos]


def _esperar_vazio(segundos: float) -> None:
    limite = time.perf_counter() + segundos
    while consultar("SELECT 1 FROM cache_update_log LIMIT 1") and time.perf_counter() < limite:
        time.sleep(0.05)
