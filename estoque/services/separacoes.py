"""The pick chain: carteira → pré-separação → separação → saída. Locks go in that order, product first."""

from django.db import transaction

from estoque.errors import registro_desconhecido
from estoque.locks import travar_linha
from estoque.models import CarteiraPrincipal, MovimentacaoEstoque, PreSeparacaoItem, Separacao
from estoque.services.campos import data_planejada, quantidade_a_mover
from estoque.services.movimentacoes import exigir_saldo, reservar_produto
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar


def pre_separar(
    *, empresa: Empresa, ator: Ator, carteira_id: int, quantidade: object = None, data: object
) -> PreSeparacaoItem:
    """Move units of an order line into pré-separação, to leave on `data`. Audited.

    Locks the line. Raises NaoEncontrado, ErroDeValidacao, Conflito `quantidade_maior_que_saldo`,
    `nada_a_mover`.
    """
    dia = data_planejada(data, empresa=empresa, campo="data")
    with transaction.atomic():
        linha = travar_linha(CarteiraPrincipal, empresa_id=empresa.pk, pk=carteira_id, campo="carteira")
        quanto = quantidade_a_mover(quantidade, resta=linha.qtd_saldo, onde="na carteira")
        linha.qtd_saldo -= quanto
        linha.save(update_fields=["qtd_saldo"])
        item = PreSeparacaoItem.objects.create(
            empresa=empresa,
            carteira=linha,
            produto_id=linha.produto_id,
            quantidade=quanto,
            qtd_saldo=quanto,
            data=dia,
            criado_por=ator.nome[:120],
        )
        auditar(empresa=empresa, ator=ator, acao="pre_separado", objeto=item, para=str(quanto))
    return item


def separar(
    *,
    empresa: Empresa,
    ator: Ator,
    carteira_id: int | None = None,
    pre_separacao_id: int | None = None,
    quantidade: object = None,
    data_expedicao: object,
) -> Separacao:
    """Move units of an order line, or of a pré-separação, into separação. Audited.

    Locks the row they leave. Raises as `pre_separar`.
    """
    dia = data_planejada(data_expedicao, empresa=empresa, campo="data_expedicao")
    origem: CarteiraPrincipal | PreSeparacaoItem
    with transaction.atomic():
        if pre_separacao_id is not None:
            origem = travar_linha(
                PreSeparacaoItem, empresa_id=empresa.pk, pk=pre_separacao_id, campo="pre_separacao"
            )
            linha_id, onde = origem.carteira_id, "na pré-separação"
        elif carteira_id is not None:
            origem = travar_linha(CarteiraPrincipal, empresa_id=empresa.pk, pk=carteira_id, campo="carteira")
            linha_id, onde = origem.pk, "na carteira"
        else:
            raise registro_desconhecido("carteira")
        quanto = quantidade_a_mover(quantidade, resta=origem.qtd_saldo, onde=onde)
        origem.qtd_saldo -= quanto
        origem.save(update_fields=["qtd_saldo"])
        separacao = Separacao.objects.create(
            empresa=empresa,
            carteira_id=linha_id,
            pre_separacao_id=pre_separacao_id,
            produto_id=origem.produto_id,
            quantidade=quanto,
            qtd_saldo=quanto,
            data_expedicao=dia,
            criado_por=ator.nome[:120],
        )
        auditar(empresa=empresa, ator=ator, acao="separado", objeto=separacao, para=str(quanto))
    return separacao


def expedir(
    *, empresa: Empresa, ator: Ator, separacao_id: int, quantidade: object = None
) -> MovimentacaoEstoque:
    """Ship units of a separação (default: all that is left): they become a saída of today. Audited.

    Locks: the product where negative stock is forbidden, then the separação. Raises NaoEncontrado,
    ErroDeValidacao, Conflito `quantidade_maior_que_saldo`, `nada_a_mover`, `estoque_insuficiente`.
    """
    with transaction.atomic():
        vista = Separacao.objects.filter(empresa=empresa, pk=separacao_id).first()
        if vista is None:
            raise registro_desconhecido("separacao")
        # The product comes before its stages in the order of locks, where it must be locked at all.
        reservar_produto(empresa=empresa, produto_id=vista.produto_id)
        separacao = travar_linha(Separacao, empresa_id=empresa.pk, pk=separacao_id, campo="separacao")
        quanto = quantidade_a_mover(quantidade, resta=separacao.qtd_saldo, onde="na separação")
        exigir_saldo(empresa=empresa, efeitos=[(separacao.produto_id, -quanto)])
        separacao.qtd_saldo -= quanto
        separacao.qtd_expedida += quanto
        separacao.save(update_fields=["qtd_saldo", "qtd_expedida"])
        saida = _saida(empresa, ator, separacao, quanto)
        auditar(empresa=empresa, ator=ator, acao="expedido", objeto=separacao, para=str(quanto))
    return saida


def pre_separacao_cancelar(
    *, empresa: Empresa, ator: Ator, pre_separacao_id: int, quantidade: object = None
) -> PreSeparacaoItem:
    """Give units of a pré-separação back to the order line (default: all that is left). Audited."""
    item = _devolver(PreSeparacaoItem, empresa, ator, pre_separacao_id, quantidade, "na pré-separação")
    assert isinstance(item, PreSeparacaoItem)  # noqa: S101
    return item


def separacao_cancelar(
    *, empresa: Empresa, ator: Ator, separacao_id: int, quantidade: object = None
) -> Separacao:
    """Give units of a separação back to the order line (default: all that is left). Audited."""
    item = _devolver(Separacao, empresa, ator, separacao_id, quantidade, "na separação")
    assert isinstance(item, Separacao)  # noqa: S101
    return item


def _saida(empresa: Empresa, ator: Ator, separacao: Separacao, quanto: object) -> MovimentacaoEstoque:
    return MovimentacaoEstoque.objects.create(
        empresa=empresa,
        produto_id=separacao.produto_id,
        tipo=MovimentacaoEstoque.Tipo.SAIDA,
        quantidade=quanto,
        data=hoje(empresa.fuso),
        documento=separacao.carteira.num_pedido,
        separacao=separacao,
        qtd_baixada=quanto,
        criado_por=ator.nome[:120],
    )


def _devolver(
    modelo: type[PreSeparacaoItem] | type[Separacao],
    empresa: Empresa,
    ator: Ator,
    pk: int,
    quantidade: object,
    onde: str,
) -> PreSeparacaoItem | Separacao:
    with transaction.atomic():
        vista = modelo.objects.filter(empresa=empresa, pk=pk).first()
        if vista is None:
            raise registro_desconhecido("id")
        linha = travar_linha(CarteiraPrincipal, empresa_id=empresa.pk, pk=vista.carteira_id)
        item = travar_linha(modelo, empresa_id=empresa.pk, pk=pk)
        quanto = quantidade_a_mover(quantidade, resta=item.qtd_saldo, onde=onde)
        item.qtd_saldo -= quanto
        item.save(update_fields=["qtd_saldo"])
        linha.qtd_saldo += quanto
        linha.save(update_fields=["qtd_saldo"])
        auditar(
            empresa=empresa,
            ator=ator,
            acao=f"{modelo._meta.model_name}_cancelada",
            objeto=item,
            para=str(quanto),
        )
    return item
