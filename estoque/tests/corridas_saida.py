"""What the processes of the stock's races do; imported by the child processes."""

from typing import Any

from nucleo.escopo import escopo


def tirar(empresa_id: int, cod_produto: str) -> str:
    """Take 1 of a product whose empresa forbids negative stock, as often as it is allowed."""
    from estoque import services
    from estoque.models import Produto
    from nucleo.ator import Ator
    from nucleo.errors import Conflito
    from nucleo.models import Empresa

    tiradas = 0
    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        produto = Produto.objects.get(cod_produto=cod_produto)
        for _ in range(12):
            try:
                services.movimentacao_registrar(
                    empresa=empresa, ator=Ator("corrida"), produto=produto, tipo="saida", quantidade=1
                )
            except Conflito:
                continue
            tiradas += 1
    return str(tiradas)


def separar_tudo(empresa_id: int, carteira_id: int) -> str:
    """Take 1 of an order line, as often as it is allowed."""
    from estoque import services
    from nucleo.ator import Ator
    from nucleo.datas import hoje
    from nucleo.errors import Conflito
    from nucleo.models import Empresa

    tiradas = 0
    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        for _ in range(20):
            try:
                services.separar(
                    empresa=empresa,
                    ator=Ator("corrida"),
                    carteira_id=carteira_id,
                    quantidade=1,
                    data_expedicao=hoje(empresa.fuso),
                )
            except Conflito:
                continue
            tiradas += 1
    return str(tiradas)


def estornar(empresa_id: int, movimento_id: int) -> str:
    """Reverse one movement; return what came of it."""
    from estoque import services
    from nucleo.ator import Ator
    from nucleo.errors import Conflito
    from nucleo.models import Empresa

    with escopo(empresa_id):
        try:
            services.movimentacao_estornar(
                empresa=Empresa.objects.get(pk=empresa_id), ator=Ator("corrida"), movimentacao_id=movimento_id
            )
        except Conflito as exc:
            return exc.code
    return "estornada"


def sem_trava_do_produto() -> None:
    """Positive control: the check reads the balance without holding the product."""
    from estoque.services import movimentacoes

    def nao_travar(**_: Any) -> list[int]:
        return []

    movimentacoes.travar_produtos = nao_travar
