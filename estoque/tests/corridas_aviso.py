"""Processes that write one product and count the folds they announce; imported by the child processes."""

from typing import Any

from nucleo.escopo import escopo


def escrever(empresa_id: int, vezes: int) -> int:
    """Write `vezes` movements, each committed; return how many folds were announced."""
    from estoque import handlers
    from estoque.models import Produto
    from estoque.tests.cenario import Cenario
    from nucleo.models import Empresa

    anunciadas: list[Any] = []
    # Nobody folds here: what is counted is what was sent.
    handlers.dobrar_produtos.apply_async = lambda args, **_: anunciadas.append(args)
    with escopo(empresa_id):
        c = Cenario(Empresa.objects.get(pk=empresa_id))
        produto = Produto.objects.get(cod_produto="A")
        for _ in range(vezes):
            c.mover(produto, 1)
    return len(anunciadas)


def sem_espera() -> None:
    """Positive control: every write finds its product not awaited."""
    from estoque import handlers

    handlers._ainda_nao_esperados = lambda empresa_id, produto_ids: list(produto_ids)
