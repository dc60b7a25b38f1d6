"""Order lines: they come in, change their date, are cancelled."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from estoque.locks import travar_linha
from estoque.models import CarteiraPrincipal, Produto
from estoque.services.campos import data_planejada, quantidade_a_mover, quantidade_lida
from estoque.signals import produtos_mudaram
from nucleo.ator import Ator
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar
from nucleo.textos import texto_limpo


def carteira_incluir(
    *,
    empresa: Empresa,
    ator: Ator,
    num_pedido: object,
    produto: Produto,
    quantidade: object,
    data_entrega: object,
) -> CarteiraPrincipal:
    """Add one order line: all of it is in the carteira. Raises ErroDeValidacao."""
    linha = _linha(empresa, ator, num_pedido, produto, quantidade, data_entrega)
    with transaction.atomic():
        linha.save(force_insert=True)
    return linha


def carteira_incluir_varios(
    *,
    empresa: Empresa,
    ator: Ator,
    num_pedido: str,
    itens: Sequence[tuple[Produto, Decimal]],
    data_entrega: date,
) -> list[CarteiraPrincipal]:
    """Add the lines of one order in the caller's transaction; all or none. Raises ErroDeValidacao."""
    linhas = [
        _linha(empresa, ator, num_pedido, produto, quantidade, data_entrega) for produto, quantidade in itens
    ]
    with transaction.atomic():
        CarteiraPrincipal.objects.bulk_create(linhas)
        produtos_mudaram.send(
            sender=CarteiraPrincipal,
            empresa_id=empresa.pk,
            produto_ids=sorted({produto.pk for produto, _ in itens}),
        )
    return linhas


def carteira_cancelar(
    *, empresa: Empresa, ator: Ator, carteira_id: int, quantidade: object = None
) -> CarteiraPrincipal:
    """Cancel what is still in the carteira (default: all of it). Audited.

    Locks the line. Raises NaoEncontrado, ErroDeValidacao, Conflito `quantidade_maior_que_saldo`,
    `nada_a_mover`.
    """
    with transaction.atomic():
        linha = travar_linha(CarteiraPrincipal, empresa_id=empresa.pk, pk=carteira_id)
        quanto = quantidade_a_mover(quantidade, resta=linha.qtd_saldo, onde="na carteira")
        linha.qtd_saldo -= quanto
        linha.qtd_cancelada += quanto
        linha.save(update_fields=["qtd_saldo", "qtd_cancelada"])
        auditar(empresa=empresa, ator=ator, acao="carteira_cancelada", objeto=linha, para=str(quanto))
    return linha


def _linha(
    empresa: Empresa, ator: Ator, num_pedido: object, produto: Produto, quantidade: object, entrega: object
) -> CarteiraPrincipal:
    quanto = quantidade_lida(quantidade)
    return CarteiraPrincipal(
        empresa=empresa,
        num_pedido=texto_limpo(num_pedido, campo="num_pedido", maximo=60, obrigatorio=True),
        produto=produto,
        quantidade=quanto,
        qtd_saldo=quanto,
        data_entrega=data_planejada(entrega, empresa=empresa, campo="data_entrega"),
        criado_por=ator.nome[:120],
    )
