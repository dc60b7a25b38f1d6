"""From a product to its documents, and along the pick chain."""

from collections.abc import Iterator

from django.http import HttpRequest

from estoque.models import (
    CarteiraPrincipal,
    MovimentacaoEstoque,
    PreSeparacaoItem,
    Produto,
    ProgramacaoProducao,
    Separacao,
)
from nucleo.admin.ligacoes import Ligacao, ligacoes, lista_de, nova_de, pode

_DO_PRODUTO = (
    (MovimentacaoEstoque, "Movimentações", "swap_vert"),
    (CarteiraPrincipal, "Pedidos", "shopping_cart"),
    (ProgramacaoProducao, "Produção", "precision_manufacturing"),
)
_NOVAS = (
    (MovimentacaoEstoque, "Registrar movimentação", "add_circle"),
    (ProgramacaoProducao, "Programar produção", "add_circle"),
)


@ligacoes(Produto)
def do_produto(request: HttpRequest, produto: Produto) -> Iterator[Ligacao]:
    for modelo, rotulo, icone in _DO_PRODUTO:
        if pode(request, "view", modelo):
            yield Ligacao(rotulo, lista_de(modelo, produto__id__exact=produto.pk), icone)
    for modelo, rotulo, icone in _NOVAS:
        if pode(request, "add", modelo):
            yield Ligacao(rotulo, nova_de(modelo, produto=produto.pk), icone)


@ligacoes(CarteiraPrincipal)
def da_carteira(request: HttpRequest, item: CarteiraPrincipal) -> Iterator[Ligacao]:
    if pode(request, "view", PreSeparacaoItem):
        lista = lista_de(PreSeparacaoItem, carteira__id__exact=item.pk)
        yield Ligacao("Pré-separações", lista, "playlist_add_check")
    if pode(request, "view", Separacao):
        yield Ligacao("Separações", lista_de(Separacao, carteira__id__exact=item.pk), "conveyor_belt")


@ligacoes(Separacao)
def da_separacao(request: HttpRequest, separacao: Separacao) -> Iterator[Ligacao]:
    if pode(request, "view", MovimentacaoEstoque):
        lista = lista_de(MovimentacaoEstoque, separacao__id__exact=separacao.pk)
        yield Ligacao("Saídas desta separação", lista, "swap_vert")


@ligacoes(ProgramacaoProducao)
def da_producao(request: HttpRequest, plano: ProgramacaoProducao) -> Iterator[Ligacao]:
    if pode(request, "view", MovimentacaoEstoque):
        lista = lista_de(MovimentacaoEstoque, producao__id__exact=plano.pk)
        yield Ligacao("Entradas desta produção", lista, "swap_vert")
