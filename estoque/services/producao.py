"""Planned production: created, concluded (also with more than was planned), cancelled."""

from decimal import Decimal

from django.db import transaction

from estoque.locks import travar_linha
from estoque.models import MovimentacaoEstoque, Produto, ProgramacaoProducao
from estoque.services.campos import data_planejada, quantidade_a_mover, quantidade_lida
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.errors import Conflito
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar


def producao_criar(
    *, empresa: Empresa, ator: Ator, produto: Produto, quantidade: object, data: object
) -> ProgramacaoProducao:
    """Plan production for `data`. Past that date it counts for nothing until it is concluded."""
    quanto = quantidade_lida(quantidade)
    plano = ProgramacaoProducao(
        empresa=empresa,
        produto=produto,
        quantidade=quanto,
        qtd_saldo=quanto,
        data=data_planejada(data, empresa=empresa, campo="data"),
        criado_por=ator.nome[:120],
    )
    with transaction.atomic():
        plano.save(force_insert=True)
    return plano


def producao_concluir(
    *, empresa: Empresa, ator: Ator, producao_id: int, quantidade: object = None
) -> MovimentacaoEstoque:
    """Register what was produced as an entrada of today; the plan falls by as much, never below zero.

    More than the plan is real stock. Locks the plan. Raises NaoEncontrado, ErroDeValidacao, Conflito
    `producao_encerrada`. Audited.
    """
    with transaction.atomic():
        plano = travar_linha(ProgramacaoProducao, empresa_id=empresa.pk, pk=producao_id)
        if plano.qtd_saldo <= 0:
            raise Conflito("producao_encerrada", "Esta programação já foi concluída ou cancelada.")
        quanto = plano.qtd_saldo if quantidade in (None, "") else quantidade_lida(quantidade)
        baixada = min(quanto, plano.qtd_saldo)
        plano.qtd_saldo -= baixada
        plano.qtd_produzida += quanto
        plano.save(update_fields=["qtd_saldo", "qtd_produzida"])
        entrada = _entrada(empresa, ator, plano, quanto, baixada)
        auditar(empresa=empresa, ator=ator, acao="producao_concluida", objeto=plano, para=str(quanto))
    return entrada


def producao_cancelar(
    *, empresa: Empresa, ator: Ator, producao_id: int, quantidade: object = None
) -> ProgramacaoProducao:
    """Cancel what is still to be produced (default: all of it). Locks the plan. Audited."""
    with transaction.atomic():
        plano = travar_linha(ProgramacaoProducao, empresa_id=empresa.pk, pk=producao_id)
        quanto = quantidade_a_mover(quantidade, resta=plano.qtd_saldo, onde="a produzir")
        plano.qtd_saldo -= quanto
        plano.qtd_cancelada += quanto
        plano.save(update_fields=["qtd_saldo", "qtd_cancelada"])
        auditar(empresa=empresa, ator=ator, acao="producao_cancelada", objeto=plano, para=str(quanto))
    return plano


def _entrada(
    empresa: Empresa, ator: Ator, plano: ProgramacaoProducao, quanto: Decimal, baixada: Decimal
) -> MovimentacaoEstoque:
    return MovimentacaoEstoque.objects.create(
        empresa=empresa,
        produto_id=plano.produto_id,
        tipo=MovimentacaoEstoque.Tipo.ENTRADA,
        quantidade=quanto,
        data=hoje(empresa.fuso),
        documento=f"Produção {plano.pk}",
        producao=plano,
        qtd_baixada=baixada,
        criado_por=ator.nome[:120],
    )
