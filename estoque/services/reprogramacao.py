"""Changing the day that is planned for what a stage still holds."""

from datetime import date
from typing import TypeVar

from django.db import transaction

from estoque.locks import travar_linha
from estoque.models import CarteiraPrincipal, PreSeparacaoItem, ProgramacaoProducao, Separacao
from estoque.services.campos import data_planejada
from nucleo.ator import Ator
from nucleo.errors import Conflito
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar

Etapa = TypeVar("Etapa", CarteiraPrincipal, PreSeparacaoItem, Separacao, ProgramacaoProducao)


def carteira_reprogramar(
    *, empresa: Empresa, ator: Ator, carteira_id: int, data: object
) -> CarteiraPrincipal:
    """Change the delivery date of an order line that still has units in the carteira. Audited.

    Units already picked keep the dates of their own stage. The same date again writes nothing. Locks the
    line. Raises NaoEncontrado, ErroDeValidacao, Conflito `nada_a_reprogramar`.
    """
    return _reprogramar(CarteiraPrincipal, "data_entrega", empresa, ator, carteira_id, data)


def pre_separacao_reprogramar(
    *, empresa: Empresa, ator: Ator, pre_separacao_id: int, data: object
) -> PreSeparacaoItem:
    """Change the day a pré-separação is to leave. As `carteira_reprogramar`."""
    return _reprogramar(PreSeparacaoItem, "data", empresa, ator, pre_separacao_id, data)


def separacao_reprogramar(*, empresa: Empresa, ator: Ator, separacao_id: int, data: object) -> Separacao:
    """Change the day a separação is to be shipped. As `carteira_reprogramar`."""
    return _reprogramar(Separacao, "data_expedicao", empresa, ator, separacao_id, data)


def producao_reprogramar(
    *, empresa: Empresa, ator: Ator, producao_id: int, data: object
) -> ProgramacaoProducao:
    """Change the day of planned production: an overdue plan counts again. As `carteira_reprogramar`."""
    return _reprogramar(ProgramacaoProducao, "data", empresa, ator, producao_id, data)


def _reprogramar(
    modelo: type[Etapa], campo: str, empresa: Empresa, ator: Ator, pk: int, data: object
) -> Etapa:
    dia = data_planejada(data, empresa=empresa, campo="data")
    with transaction.atomic():
        linha = travar_linha(modelo, empresa_id=empresa.pk, pk=pk)
        # A stage with nothing left weighs on no day: its date is history.
        if linha.qtd_saldo <= 0:
            raise Conflito("nada_a_reprogramar", "Não resta quantidade a reprogramar.", field="data")
        antes: date = getattr(linha, campo)
        if antes != dia:
            setattr(linha, campo, dia)
            linha.save(update_fields=[campo])
            acao = f"{modelo._meta.model_name}_reprogramada"
            auditar(
                empresa=empresa,
                ator=ator,
                acao=acao,
                objeto=linha,
                de=antes.isoformat(),
                para=dia.isoformat(),
            )
    return linha
