"""What the tenant wall costs: one query as `inquilino` behind the policies, and as owner with a filter."""

from typing import Any

from bench.contexto import Contexto
from bench.quadro import Linha, milissegundos, no_maximo, por_rodada

RODADAS = 25


def medir(ctx: Contexto) -> list[Linha]:
    """Interleave both sides in one run, so that a noisy machine disturbs them alike."""
    from nucleo.models import ChaveIdempotencia, RegistroAuditoria
    from nucleo.services.empresas import empresa_criar

    alfa, beta = (empresa_criar(slug=f"bench-{s}", nome=s) for s in ("alfa", "beta"))
    n = ctx.n(50_000)
    for empresa in (alfa, beta):
        RegistroAuditoria.objects.bulk_create(
            [RegistroAuditoria(empresa=empresa, ator="b", acao="b") for _ in range(n)], 5_000
        )
        ChaveIdempotencia.objects.bulk_create(
            [ChaveIdempotencia(empresa=empresa, chave=str(i), rota="b", resumo_corpo="b") for i in range(n)],
            5_000,
        )
    # One policy, as on nearly every table; and the trail, the only one with a second policy for the person.
    uma = ChaveIdempotencia.objects.filter(empresa_id=alfa.pk).order_by("chave")
    duas = RegistroAuditoria.objects.filter(empresa_id=alfa.pk).order_by("-quando")
    return [
        _consulta("parede: consulta, tabela comum", ctx, alfa, uma),
        _consulta("parede: consulta, trilha (duas políticas)", ctx, alfa, duas),
        _entrada(ctx, alfa),
    ]


def _consulta(nome: str, ctx: Contexto, empresa: Any, consulta: Any) -> Linha:
    from nucleo.escopo import escopo

    vezes = ctx.n(100, 20)

    def ler() -> None:
        for _ in range(vezes):
            list(consulta[:20])

    com, sem = [], []
    for _ in range(RODADAS):
        with escopo(empresa):
            com.append(milissegundos(ler) / vezes)
        sem.append(milissegundos(ler) / vezes)
    nosso, base = por_rodada(com, sem)
    return no_maximo(
        nome,
        nosso=nosso,
        base=base,
        razao=1.1,
        unidade="ms",
        linha_de_base="a mesma consulta, como dono e com o filtro",
        nota=f"mediana de {RODADAS} rodadas, {2 * ctx.n(50_000)} linhas",
    )


def _entrada(ctx: Contexto, empresa: Any) -> Linha:
    """Entering and leaving are a statement each: beside two statements that do nothing."""
    from django.db import connection

    from nucleo.escopo import escopo

    vezes = ctx.n(100, 20)

    def entrar() -> None:
        for _ in range(vezes):
            with escopo(empresa):
                pass

    def nada() -> None:
        for _ in range(2 * vezes):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")

    portas, vazias = [], []
    for _ in range(RODADAS):
        portas.append(milissegundos(entrar) / vezes)
        vazias.append(milissegundos(nada) / vezes)
    nosso, base = por_rodada(portas, vazias)
    return no_maximo(
        "parede: entrar e sair do escopo",
        nosso=nosso,
        base=base,
        razao=2.0,
        unidade="ms",
        linha_de_base="duas consultas vazias",
        nota=f"mediana de {RODADAS} rodadas",
    )
