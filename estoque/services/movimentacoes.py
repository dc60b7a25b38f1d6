"""The ledger: movements are registered and reversed, never edited."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction

from estoque.errors import RESTRICOES, estoque_insuficiente, ja_estornada, registro_desconhecido
from estoque.locks import travar_linha, travar_produtos
from estoque.models import ConfiguracaoEstoque, MovimentacaoEstoque, Produto, ProgramacaoProducao, Separacao
from estoque.selectors.saldos import saldos_em_maos
from estoque.services.campos import data_de_movimento, quantidade_com_sinal, quantidade_lida
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.errors import Conflito, ErroDeValidacao, restricoes
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar
from nucleo.textos import texto_limpo

Tipo = MovimentacaoEstoque.Tipo


def movimentacao_registrar(
    *,
    empresa: Empresa,
    ator: Ator,
    produto: Produto,
    tipo: str,
    quantidade: object,
    data: object = None,
    documento: object = "",
    observacao: object = "",
) -> MovimentacaoEstoque:
    """Register one movement, dated today or before; triggers append its delta in the same statement.

    Locks the product only where the empresa forbids negative stock and the movement takes stock out.
    Raises ErroDeValidacao (the bad field), Conflito `estoque_insuficiente`.
    """
    movimento = movimentacao_montada(
        empresa=empresa,
        ator=ator,
        produto=produto,
        dados={
            "tipo": tipo,
            "quantidade": quantidade,
            "data": data,
            "documento": documento,
            "observacao": observacao,
        },
    )
    with transaction.atomic():
        exigir_saldo(empresa=empresa, efeitos=[(produto.pk, efeito(movimento))])
        movimento.save(force_insert=True)
    return movimento


def movimentacao_montada(
    *, empresa: Empresa, ator: Ator, produto: Produto, dados: dict[str, Any]
) -> MovimentacaoEstoque:
    """Check the fields of a movement and build it, not saved. Raises ErroDeValidacao."""
    tipo = dados.get("tipo")
    if tipo not in Tipo.values:
        raise ErroDeValidacao("valor_invalido", "O tipo é entrada, saida ou ajuste.", field="tipo")
    ler = quantidade_com_sinal if tipo == Tipo.AJUSTE else quantidade_lida
    return MovimentacaoEstoque(
        empresa=empresa,
        produto=produto,
        tipo=tipo,
        quantidade=ler(dados.get("quantidade")),
        data=data_de_movimento(dados.get("data"), empresa=empresa),
        documento=texto_limpo(dados.get("documento"), campo="documento", maximo=60),
        observacao=texto_limpo(dados.get("observacao"), campo="observacao", maximo=200),
        criado_por=ator.nome[:120],
    )


def movimentacao_estornar(*, empresa: Empresa, ator: Ator, movimentacao_id: int) -> MovimentacaoEstoque:
    """Register the reverse movement, dated today. A movement is reversed at most once.

    A reversed shipment's units go back to their separação, a reversed conclusion's to their plan: each
    unit stays in exactly one stage. Locks: product (where negative stock is forbidden), then the stage.
    Raises NaoEncontrado, Conflito `movimentacao_ja_estornada`, `estorno_nao_se_estorna`,
    `estoque_insuficiente`.
    """
    original = MovimentacaoEstoque.objects.filter(empresa=empresa, pk=movimentacao_id).first()
    if original is None:
        raise registro_desconhecido("movimentacao")
    if original.estorno_de_id is not None:
        raise Conflito("estorno_nao_se_estorna", "Um estorno não se estorna; registre outra movimentação.")
    inverso = _inverso(original, ator, empresa)
    with restricoes(RESTRICOES), transaction.atomic():
        exigir_saldo(empresa=empresa, efeitos=[(original.produto_id, efeito(inverso))])
        if MovimentacaoEstoque.objects.filter(estorno_de=original).exists():
            raise ja_estornada()
        # The unique key decides between two at once, so the reversal goes in before the stage changes.
        inverso.save(force_insert=True)
        _devolver_a_etapa(empresa, original)
        auditar(
            empresa=empresa, ator=ator, acao="movimentacao_estornada", objeto=original, para=str(inverso.pk)
        )
    return inverso


def efeito(movimento: MovimentacaoEstoque) -> Decimal:
    """What the movement does to the stock on hand, with its sign."""
    return -movimento.quantidade if movimento.tipo == Tipo.SAIDA else movimento.quantidade


def proibe_negativo(empresa: Empresa) -> bool:
    """Tell whether the empresa forbids stock below zero."""
    return ConfiguracaoEstoque.objects.filter(empresa=empresa, permite_negativo=False).exists()


def reservar_produto(*, empresa: Empresa, produto_id: int) -> None:
    """Lock the product now where `exigir_saldo` will have to, so that the order of locks is kept."""
    if proibe_negativo(empresa):
        travar_produtos(empresa_id=empresa.pk, produto_ids=[produto_id])


def exigir_saldo(*, empresa: Empresa, efeitos: Iterable[tuple[int, Decimal]]) -> None:
    """Where the empresa forbids negative stock, lock the products that lose stock and check they may.

    The lock comes first and the balance is read by a later statement: the other way round two takers
    both see what only one can have. Raises Conflito `estoque_insuficiente`.
    """
    saem: dict[int, Decimal] = {}
    for produto_id, quanto in efeitos:
        if quanto < 0:
            saem[produto_id] = saem.get(produto_id, Decimal(0)) + quanto
    if not saem or not proibe_negativo(empresa):
        return
    travar_produtos(empresa_id=empresa.pk, produto_ids=saem)
    saldos = saldos_em_maos(empresa_id=empresa.pk, produto_ids=saem)
    for produto_id, quanto in saem.items():
        if saldos[produto_id] + quanto < 0:
            raise estoque_insuficiente(saldos[produto_id])


def _inverso(original: MovimentacaoEstoque, ator: Ator, empresa: Empresa) -> MovimentacaoEstoque:
    trocado = {Tipo.ENTRADA.value: Tipo.SAIDA, Tipo.SAIDA.value: Tipo.ENTRADA}
    ajuste = original.tipo == Tipo.AJUSTE
    return MovimentacaoEstoque(
        empresa=empresa,
        produto_id=original.produto_id,
        tipo=Tipo.AJUSTE if ajuste else trocado[original.tipo],
        quantidade=-original.quantidade if ajuste else original.quantidade,
        data=hoje(empresa.fuso),
        documento=original.documento,
        observacao=f"Estorno da movimentação {original.pk}",
        estorno_de=original,
        criado_por=ator.nome[:120],
    )


def _devolver_a_etapa(empresa: Empresa, original: MovimentacaoEstoque) -> None:
    if original.separacao_id is not None:
        separacao = travar_linha(Separacao, empresa_id=empresa.pk, pk=original.separacao_id)
        separacao.qtd_saldo += original.qtd_baixada
        separacao.qtd_expedida -= original.qtd_baixada
        separacao.save(update_fields=["qtd_saldo", "qtd_expedida"])
    if original.producao_id is not None:
        plano = travar_linha(ProgramacaoProducao, empresa_id=empresa.pk, pk=original.producao_id)
        plano.qtd_saldo += original.qtd_baixada
        plano.qtd_produzida -= original.quantidade
        plano.save(update_fields=["qtd_saldo", "qtd_produzida"])
