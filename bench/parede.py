"""What the tenant wall costs: one query as `inquilino` behind the policies, and as owner with a filter."""

import statistics

from bench.contexto import Contexto
from bench.quadro import Linha, abaixo_de, milissegundos, no_maximo

RODADAS = 25


def medir(ctx: Contexto) -> list[Linha]:
    """Interleave both sides in one run, so that a noisy machine disturbs them alike."""
    from nucleo.escopo import escopo
    from nucleo.models import RegistroAuditoria
    from nucleo.services.empresas import empresa_criar

    alfa, beta = (empresa_criar(slug=f"bench-{s}", nome=s) for s in ("alfa", "beta"))
    for empresa in (alfa, beta):
        RegistroAuditoria.objects.bulk_create(
            [RegistroAuditoria(empresa=empresa, ator="b", acao="b") for _ in range(ctx.n(50_000))], 5_000
        )
    vezes = ctx.n(100, 20)
    consulta = RegistroAuditoria.objects.filter(empresa_id=alfa.pk).order_by("-quando")

    def ler() -> None:
        for _ in range(vezes):
            list(consulta[:20])

    def entrar() -> None:
        for _ in range(vezes):
            with escopo(alfa):
                pass

    com, sem, portas = [], [], []
    for _ in range(RODADAS):
        with escopo(alfa):
            com.append(milissegundos(ler) / vezes)
        sem.append(milissegundos(ler) / vezes)
        portas.append(milissegundos(entrar) / vezes)
    nota = f"mediana de {RODADAS} rodadas, {2 * ctx.n(50_000)} linhas"
    return [
        no_maximo(
            "parede: consulta",
            nosso=statistics.median(com),
            base=statistics.median(sem),
            razao=1.1,
            unidade="ms",
            linha_de_base="a mesma consulta, como dono e com o filtro",
            nota=nota,
        ),
        abaixo_de(
            "parede: entrar e sair do escopo",
            nosso=statistics.median(portas),
            limite=1.0,
            unidade="ms",
            origem="limite próprio",
        ),
    ]
