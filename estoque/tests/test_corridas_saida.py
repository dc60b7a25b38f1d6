"""Who decides by a quantity holds its row: two takers never get what only one can have."""

from decimal import Decimal

import pytest

from estoque import services
from estoque.models import CarteiraPrincipal, Separacao
from estoque.tests.cenario import Cenario
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.tests.processos import correr

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concorrencia]
ATOR = Ator("teste")
AQUI = "estoque.tests.corridas_saida"


@pytest.fixture
def produto(empresa: Empresa):
    with escopo(empresa):
        produto = services.produto_criar(empresa=empresa, ator=ATOR, cod_produto="A", nome="Anel")
        services.configuracao_definir(empresa=empresa, ator=ATOR, permite_negativo=False)
        services.movimentacao_registrar(
            empresa=empresa, ator=ATOR, produto=produto, tipo="entrada", quantidade=25
        )
    return produto


def _saldo(empresa: Empresa) -> Decimal:
    with escopo(empresa):
        return services.garantir_cache_atualizado(empresa, "A")["saldo_atual"]


def test_where_negative_stock_is_forbidden_racing_takers_stop_at_zero(empresa: Empresa, produto) -> None:
    argumentos = [{"empresa_id": empresa.pk, "cod_produto": "A"}] * 8
    tiradas = correr(f"{AQUI}:tirar", argumentos)
    assert sum(int(t) for t in tiradas) == 25
    assert _saldo(empresa) == 0


def test_without_the_products_lock_the_same_race_goes_below_zero(empresa: Empresa, produto) -> None:
    """Positive control."""
    for _ in range(6):
        argumentos = [{"empresa_id": empresa.pk, "cod_produto": "A"}] * 4
        correr(f"{AQUI}:tirar", argumentos, remendo=f"{AQUI}:sem_trava_do_produto")
        if _saldo(empresa) < 0:
            break
        with escopo(empresa):
            services.movimentacao_registrar(
                empresa=empresa, ator=ATOR, produto=produto, tipo="entrada", quantidade=25
            )
    assert _saldo(empresa) < 0


def test_racing_reversals_of_one_shipment_reverse_it_once(empresa: Empresa, produto) -> None:
    """The unique key decides: the others find it reversed, and the units go back to the separação once."""
    with escopo(empresa):
        c = Cenario(empresa)
        separacao = c.separar(c.pedir(produto, 9))
        saida = c.expedir(separacao, 6)
    respostas = correr(f"{AQUI}:estornar", [{"empresa_id": empresa.pk, "movimento_id": saida.pk}] * 4)
    assert sorted(respostas) == ["estornada", *["movimentacao_ja_estornada"] * 3]
    separacao.refresh_from_db()
    assert (separacao.qtd_saldo, separacao.qtd_expedida) == (9, 0)
    assert _saldo(empresa) == 25


def test_racing_pickers_of_one_order_line_take_exactly_what_it_holds(empresa: Empresa, produto) -> None:
    with escopo(empresa):
        linha = services.carteira_incluir(
            empresa=empresa,
            ator=ATOR,
            num_pedido="P",
            produto=produto,
            quantidade=15,
            data_entrega=hoje(empresa.fuso),
        )
    tiradas = correr(f"{AQUI}:separar_tudo", [{"empresa_id": empresa.pk, "carteira_id": linha.pk}] * 3)
    assert sum(int(t) for t in tiradas) == 15
    assert Separacao.objects.count() == 15
    assert CarteiraPrincipal.objects.get().qtd_saldo == 0
