"""A worker of the random race, in its own process: `python -m estoque.tests.corrida PAPEL EMPRESA SEMENTE`.

It works until it is told to stop (its stdin closes) or killed. It prints one line per error that is no
domain error; the test wants none.
"""

import contextlib
import io
import os
import random
import select
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

ERROS_MOSTRADOS = 5


def main(papel: str, empresa_id: int, semente: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.teste")
    import django

    django.setup()
    from nucleo.escopo import escopo
    from nucleo.models import Empresa

    sorte = random.Random(semente)
    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
    passo = {"escritor": escrever, "dobrador": dobrar, "construtor": reconstruir, "bruto": bruto}[papel]
    sys.stdout.write("pronto\n")
    sys.stdout.flush()
    erros = 0
    while not select.select([sys.stdin], [], [], 0)[0] and erros < ERROS_MOSTRADOS:
        try:
            passo(sorte, empresa)
        except Exception as exc:  # noqa: BLE001 - the worker's edge: every error is the test's to judge
            erros += 1
            sys.stdout.write(f"erro {papel}: {type(exc).__name__}: {exc}".replace("\n", " ") + "\n")
            sys.stdout.flush()


def escrever(sorte: random.Random, empresa: Any) -> None:
    """As web and workers write: services and ORM inside the scope, sometimes rolled back.

    What takes a row's lock comes last: two transactions that take two rows each in their own order would
    deadlock by the test's doing.
    """
    from django.db import transaction

    from nucleo.errors import ErroDeNegocio
    from nucleo.escopo import escopo

    with escopo(empresa), contextlib.suppress(ErroDeNegocio), transaction.atomic():
        for _ in range(sorte.randint(0, 2)):
            sorte.choice(_novidades(sorte, empresa))()
        sorte.choice(_mudancas(sorte, empresa))()
        if sorte.random() < 0.15:
            transaction.set_rollback(True)


def _alvo(sorte: random.Random, empresa: Any) -> dict[str, Any]:
    """One product, a quantity, a day: what an operation needs to be about something."""
    from estoque import models
    from nucleo.datas import hoje

    return {
        "produto": sorte.choice(list(models.Produto.objects.order_by("pk")[:6])),
        "quantidade": Decimal(sorte.randint(1, 5000)) / 1000,
        "dia": hoje(empresa.fuso) + timedelta(days=sorte.randint(-3, 12)),
    }


def _novidades(sorte: random.Random, empresa: Any) -> list[Callable[[], Any]]:
    """Operations that only add rows, and wait for nobody."""
    from estoque import models, services
    from nucleo.ator import Ator
    from nucleo.datas import hoje

    alvo = _alvo(sorte, empresa)
    dia = alvo.pop("dia")
    comum = {"empresa": empresa, "ator": Ator("corrida"), **alvo}
    tipo = sorte.choice(["entrada", "entrada", "saida", "ajuste"])
    sinal = sorte.choice([1, -1]) if tipo == "ajuste" else 1

    def em_massa() -> None:
        models.MovimentacaoEstoque.objects.bulk_create(
            models.MovimentacaoEstoque(empresa=empresa, tipo="entrada", data=hoje(empresa.fuso), **alvo)
            for _ in range(20)
        )

    return [
        lambda: services.movimentacao_registrar(
            **comum | {"quantidade": alvo["quantidade"] * sinal}, tipo=tipo
        ),
        lambda: services.carteira_incluir(**comum, num_pedido="C", data_entrega=dia),
        lambda: services.producao_criar(**comum, data=dia),
        em_massa,
    ]


def _mudancas(sorte: random.Random, empresa: Any) -> list[Callable[[], Any]]:
    """Operations on a row that is there already, each under its lock."""
    from estoque import models, services
    from nucleo.ator import Ator

    comum = {"empresa": empresa, "ator": Ator("corrida")}
    alvo = _alvo(sorte, empresa)
    dia, parte = alvo["dia"], sorte.choice([None, alvo["quantidade"]])

    def uma(modelo: Any, nome: str, **filtro: Any) -> dict[str, Any]:
        ids = list(modelo.objects.filter(**filtro).order_by("-pk").values_list("pk", flat=True)[:12])
        return comum | {nome: sorte.choice(ids) if ids else 0}

    abertas = {"qtd_saldo__gt": 0}
    carteira = uma(models.CarteiraPrincipal, "carteira_id", **abertas)
    pre = uma(models.PreSeparacaoItem, "pre_separacao_id", **abertas)
    sep = uma(models.Separacao, "separacao_id", **abertas)
    plano = uma(models.ProgramacaoProducao, "producao_id", **abertas)
    movimento = uma(models.MovimentacaoEstoque, "movimentacao_id", estorno_de=None)
    return [
        lambda: services.pre_separar(**carteira, data=dia, quantidade=parte),
        lambda: services.separar(**pre, data_expedicao=dia, quantidade=parte),
        lambda: services.separar(**carteira, data_expedicao=dia, quantidade=parte),
        lambda: services.expedir(**sep, quantidade=parte),
        lambda: services.carteira_cancelar(**carteira, quantidade=parte),
        lambda: services.pre_separacao_cancelar(**pre, quantidade=parte),
        lambda: services.separacao_cancelar(**sep, quantidade=parte),
        lambda: services.producao_cancelar(**plano, quantidade=parte),
        lambda: services.producao_concluir(**plano, quantidade=parte),
        lambda: services.carteira_reprogramar(**carteira, data=dia),
        lambda: services.separacao_reprogramar(**sep, data=dia),
        lambda: services.producao_reprogramar(**plano, data=dia),
        lambda: services.movimentacao_estornar(**movimento),
    ]


def bruto(sorte: random.Random, empresa: Any) -> None:
    """As an operator with SQL writes, past every service and signal: UPDATE, DELETE, MERGE, COPY."""
    from django.db import connection, transaction

    from nucleo.escopo import visao_do_dono

    produto, outro = (
        f"(SELECT id FROM estoque_produto WHERE empresa_id = {empresa.pk} ORDER BY id LIMIT 1 OFFSET {n})"
        for n in sorte.sample(range(6), 2)
    )
    comandos = [
        "UPDATE estoque_carteiraprincipal SET data_entrega = data_entrega + 1 WHERE id IN (SELECT id FROM"
        f" estoque_carteiraprincipal WHERE produto_id = {produto} ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)",
        "DELETE FROM estoque_programacaoproducao p WHERE id IN (SELECT id FROM estoque_programacaoproducao"
        f" WHERE produto_id = {produto} AND qtd_produzida = 0 ORDER BY id LIMIT 3 FOR UPDATE SKIP LOCKED)",
        "MERGE INTO estoque_carteiraprincipal c USING (SELECT id FROM estoque_carteiraprincipal"
        f" WHERE produto_id = {produto} ORDER BY id DESC LIMIT 2 FOR NO KEY UPDATE SKIP LOCKED) x"
        " ON c.id = x.id WHEN MATCHED AND c.qtd_saldo > 1 THEN UPDATE SET qtd_saldo = c.qtd_saldo - 1,"
        " qtd_cancelada = c.qtd_cancelada + 1",
        # Plans of one product become another's, in one statement.
        f"UPDATE estoque_programacaoproducao SET produto_id = {outro}, data = data + 1 WHERE id IN (SELECT id"
        f" FROM estoque_programacaoproducao WHERE produto_id = {produto} ORDER BY id LIMIT 4"
        " FOR NO KEY UPDATE SKIP LOCKED)",
        "",
    ]
    sql = sorte.choice(comandos)
    with (
        visao_do_dono("teste: escrita bruta do operador"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        if sql:
            cursor.execute(sql)
        else:
            _copiar(cursor, sorte, empresa)
        if sorte.random() < 0.2:
            transaction.set_rollback(True)


def _copiar(cursor: Any, sorte: random.Random, empresa: Any) -> None:
    cursor.execute("SELECT id FROM estoque_produto WHERE empresa_id = %s ORDER BY id LIMIT 6", [empresa.pk])
    ids = [linha[0] for linha in cursor.fetchall()]
    fim = "1.5\t2026-01-01\t\t\t0\tnow\t\n"
    tipos = ["entrada", "saida"]
    linhas = "".join(f"{empresa.pk}\t{sorte.choice(ids)}\t{sorte.choice(tipos)}\t{fim}" for _ in range(30))
    cursor.copy_expert(
        "COPY estoque_movimentacaoestoque (empresa_id, produto_id, tipo, quantidade, data, documento,"
        " observacao, qtd_baixada, criado_em, criado_por) FROM STDIN",
        io.StringIO(linhas),
    )


def dobrar(sorte: random.Random, empresa: Any) -> None:
    """As the workers fold: some products, or the sweep."""
    from estoque import models, services
    from nucleo.escopo import escopo

    with escopo(empresa):
        if sorte.random() < 0.2:
            services.cache_varrer(empresa=empresa)
            return
        ids = list(models.Produto.objects.values_list("pk", flat=True))
        sorte.shuffle(ids)
        services.produtos_dobrar(empresa=empresa, produto_ids=ids[: sorte.randint(1, 4)])


def reconstruir(sorte: random.Random, empresa: Any) -> None:
    """Rebuild all, one product, or through the off-switch, while the others write."""
    from estoque import models, services
    from nucleo.errors import ErroDeNegocio
    from nucleo.escopo import escopo

    with escopo(empresa):
        if sorte.random() < 0.1:
            with services.desabilitar_cache_temporariamente(empresa), contextlib.suppress(ErroDeNegocio):
                sorte.choice(_novidades(sorte, empresa))()
        elif sorte.random() < 0.5:
            services.cache_reconstruir(empresa=empresa)
        else:
            produto = sorte.choice(list(models.Produto.objects.values_list("pk", flat=True)))
            services.cache_reconstruir(empresa=empresa, produto_ids=[produto])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
