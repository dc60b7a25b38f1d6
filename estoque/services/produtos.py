"""Products and the empresa's choices about stock."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from estoque.errors import produto_duplicado
from estoque.models import QUANTIDADE_MAXIMA, ConfiguracaoEstoque, Produto
from nucleo.ator import Ator
from nucleo.decimais import decimal_lido
from nucleo.errors import restricoes
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar
from nucleo.textos import texto_limpo

PRECO_MAXIMO = Decimal("999999999999.99")
_CAMPOS = ("nome", "unidade", "preco_venda", "estoque_minimo")


def produto_criar(
    *,
    empresa: Empresa,
    ator: Ator,
    cod_produto: str,
    nome: str,
    unidade: str = "UN",
    preco_venda: object = None,
    estoque_minimo: object = Decimal(0),
) -> Produto:
    """Create a product; its balance row is made by a trigger in the same statement. Audited.

    Raises ErroDeValidacao (the bad field), Conflito `produto_duplicado`.
    """
    produto = Produto(
        empresa=empresa,
        cod_produto=texto_limpo(cod_produto, campo="cod_produto", maximo=40, obrigatorio=True),
        **_dados(nome=nome, unidade=unidade, preco_venda=preco_venda, estoque_minimo=estoque_minimo),
    )
    duplicado = {"estoque_produto_codigo_uniq": lambda: produto_duplicado(produto.cod_produto)}
    with restricoes(duplicado), transaction.atomic():
        produto.save(force_insert=True)
        auditar(empresa=empresa, ator=ator, acao="produto_criado", objeto=produto, para=produto.cod_produto)
    return produto


def produto_alterar(*, empresa: Empresa, ator: Ator, produto: Produto, **dados: object) -> Produto:
    """Change name, unit, price, minimum or `ativo`; the code never changes. Audited."""
    atuais = {campo: dados.get(campo, getattr(produto, campo)) for campo in _CAMPOS}
    novos = _dados(**atuais) | {"ativo": bool(dados.get("ativo", produto.ativo))}
    with transaction.atomic():
        Produto.objects.filter(empresa=empresa, pk=produto.pk).update(**novos)
        auditar(empresa=empresa, ator=ator, acao="produto_alterado", objeto=produto, para=str(novos["nome"]))
    for campo, valor in novos.items():
        setattr(produto, campo, valor)
    return produto


def configuracao_definir(*, empresa: Empresa, ator: Ator, permite_negativo: bool) -> ConfiguracaoEstoque:
    """Choose whether stock may fall below zero. Audited. Existing negative balances stay."""
    with transaction.atomic():
        configuracao, _ = ConfiguracaoEstoque.objects.update_or_create(
            empresa=empresa, defaults={"permite_negativo": permite_negativo}
        )
        escolha = "permite negativo" if permite_negativo else "não permite negativo"
        auditar(empresa=empresa, ator=ator, acao="estoque_configurado", objeto=configuracao, para=escolha)
    return configuracao


def _dados(*, nome: object, unidade: object, preco_venda: object, estoque_minimo: object) -> dict[str, Any]:
    preco = None
    if preco_venda not in (None, ""):
        preco = decimal_lido(preco_venda, casas=2, minimo=0, maximo=PRECO_MAXIMO, campo="preco_venda")
    return {
        "nome": texto_limpo(nome, campo="nome", maximo=160, obrigatorio=True),
        "unidade": texto_limpo(unidade, campo="unidade", maximo=10, obrigatorio=True),
        "preco_venda": preco,
        "estoque_minimo": decimal_lido(
            estoque_minimo, casas=3, minimo=0, maximo=QUANTIDADE_MAXIMA, campo="estoque_minimo"
        ),
    }
