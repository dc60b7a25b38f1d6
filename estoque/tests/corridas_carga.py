"""Who holds a product, and who dies in the middle of a bulk load; imported by the child processes."""

from nucleo.escopo import escopo
from nucleo.tests.processos import esperar, relatar


def segurar(empresa_id: int, cod_produto: str) -> str:
    """Hold one product until the test says let go."""
    from estoque.locks import lock_produto

    with escopo(empresa_id), lock_produto(cod_produto):
        relatar("segurando")
        esperar()
    return "solto"


def dobrar(empresa_id: int, cod_produto: str) -> int:
    """Fold one product, waiting for whoever holds it."""
    from estoque import services
    from estoque.models import Produto
    from nucleo.models import Empresa

    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        produto = Produto.objects.get(cod_produto=cod_produto)
        return services.produtos_dobrar(empresa=empresa, produto_ids=[produto.pk])


def carregar(empresa_id: int, cod_produto: str) -> None:
    """Load in bulk; with 5 committed and 70 more in an open transaction, report and wait to be killed."""
    from django.db import connection, transaction

    from estoque import services
    from estoque.models import MovimentacaoEstoque, Produto
    from nucleo.datas import hoje
    from nucleo.models import Empresa

    def entrar(empresa: Empresa, quantos: int) -> None:
        MovimentacaoEstoque.objects.bulk_create(
            MovimentacaoEstoque(
                empresa=empresa, produto=produto, tipo="entrada", quantidade=1, data=hoje(empresa.fuso)
            )
            for _ in range(quantos)
        )

    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        produto = Produto.objects.get(cod_produto=cod_produto)
        with services.desabilitar_cache_temporariamente(empresa):
            entrar(empresa, 5)
            with transaction.atomic(), connection.cursor() as cursor:
                entrar(empresa, 70)
                cursor.execute("SELECT pg_backend_pid()")
                relatar(cursor.fetchone()[0])
                esperar()
