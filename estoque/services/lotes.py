"""Many movements in one transaction; each item stands alone."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from estoque.errors import estoque_insuficiente, produto_desconhecido
from estoque.locks import travar_produtos
from estoque.models import MovimentacaoEstoque, Produto
from estoque.selectors.saldos import saldos_em_maos
from estoque.services.movimentacoes import efeito, movimentacao_montada, proibe_negativo
from estoque.signals import produtos_mudaram
from nucleo.ator import Ator
from nucleo.errors import ErroDeNegocio, ErroDeValidacao
from nucleo.models import Empresa
from nucleo.textos import texto_limpo

Resultado = MovimentacaoEstoque | ErroDeNegocio


def movimentacoes_registrar(*, empresa: Empresa, ator: Ator, itens: Sequence[Any]) -> list[Resultado]:
    """Register the sound items in one bulk insert; return, in order, each movement or its error.

    Each item is a mapping with the API's field names. Where negative stock is forbidden the products that
    lose stock are locked first (by id), and items are admitted in their order.
    """
    produtos = _produtos(empresa, itens)
    resultados = [_montar(empresa, ator, produtos, item) for item in itens]
    with transaction.atomic():
        if proibe_negativo(empresa):
            resultados = _admitidos(empresa, resultados)
        sadios = [r for r in resultados if isinstance(r, MovimentacaoEstoque)]
        MovimentacaoEstoque.objects.bulk_create(sadios, batch_size=1000)
        if sadios:
            produtos_mudaram.send(
                sender=MovimentacaoEstoque,
                empresa_id=empresa.pk,
                produto_ids=sorted({m.produto_id for m in sadios}),
            )
    return resultados


def _codigo(item: Any) -> str:
    if not isinstance(item, dict):
        raise ErroDeValidacao("valor_invalido", "Cada item é um objeto com os campos da movimentação.")
    return texto_limpo(item.get("cod_produto"), campo="cod_produto", maximo=40, obrigatorio=True)


def _produtos(empresa: Empresa, itens: Sequence[Any]) -> dict[str, Produto]:
    codigos = {str(item.get("cod_produto")) for item in itens if isinstance(item, dict)}
    linhas = Produto.objects.filter(empresa=empresa, cod_produto__in=[c for c in codigos if "\x00" not in c])
    return {produto.cod_produto: produto for produto in linhas}


def _montar(empresa: Empresa, ator: Ator, produtos: dict[str, Produto], item: Any) -> Resultado:
    try:
        codigo = _codigo(item)
        if codigo not in produtos:
            return produto_desconhecido(codigo)
        return movimentacao_montada(empresa=empresa, ator=ator, produto=produtos[codigo], dados=item)
    except ErroDeNegocio as exc:
        return exc


def _admitidos(empresa: Empresa, resultados: list[Resultado]) -> list[Resultado]:
    movimentos = [r for r in resultados if isinstance(r, MovimentacaoEstoque)]
    ids = sorted({m.produto_id for m in movimentos if efeito(m) < 0})
    travar_produtos(empresa_id=empresa.pk, produto_ids=ids)
    saldos = saldos_em_maos(empresa_id=empresa.pk, produto_ids=ids)
    return [_admitir(saldos, r) if isinstance(r, MovimentacaoEstoque) else r for r in resultados]


def _admitir(saldos: dict[int, Decimal], movimento: MovimentacaoEstoque) -> Resultado:
    saldo = saldos.get(movimento.produto_id)
    if saldo is None:
        return movimento
    if efeito(movimento) < 0 and saldo + efeito(movimento) < 0:
        return estoque_insuficiente(saldo)
    saldos[movimento.produto_id] = saldo + efeito(movimento)
    return movimento
