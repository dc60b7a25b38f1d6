"""Creating a quote: everything is checked first, the number is taken last."""

import logging
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, transaction

from clientes.models import Cliente
from nucleo.ator import Ator
from nucleo.errors import restricao_violada
from nucleo.models import Empresa
from nucleo.sequencias import reservar
from nucleo.services.auditoria import auditar
from orcamentos.errors import numero_em_conflito, numeros_esgotados
from orcamentos.models import ItemOrcamento, Orcamento, SerieOrcamento
from orcamentos.models.numeracao import NUMERO_MAXIMO, numero_formatado
from orcamentos.services.entrada import (
    DadosDoItem,
    cliente_conferido,
    datas_conferidas,
    itens_conferidos,
    itens_montados,
    textos_conferidos,
)
from orcamentos.services.numeracao import serie_passar_dos_existentes

logger = logging.getLogger(__name__)

TENTATIVAS: Final = 5
RESTRICAO_DO_NUMERO: Final = "detailed_budgets_budget_number_org_id_key"


def orcamento_criar(
    *,
    empresa: Empresa,
    ator: Ator,
    cliente: Cliente,
    itens: Sequence[DadosDoItem],
    data: date | None = None,
    validade: date | None = None,
    condicoes_pagamento: str = "",
    observacoes: str = "",
    referencia_cliente: str = "",
) -> Orcamento:
    """Create a draft with the next number of its year; audited.

    The year is that of `data`, by default today in the empresa's time zone. Locks the year's series from
    taking the number to the end of the transaction. A number that came in from elsewhere makes it move the
    counter past what is there and try again, at most 5 times. Raises ErroDeValidacao,
    `budget_number_em_conflito`.
    """
    conferidos = itens_conferidos(itens)
    data, validade = datas_conferidas(empresa=empresa, data=data, validade=validade)
    orcamento = Orcamento(
        empresa=empresa,
        cliente=cliente_conferido(cliente),
        data=data,
        ano=data.year,
        validade=validade,
        **textos_conferidos(
            {
                "condicoes_pagamento": condicoes_pagamento,
                "observacoes": observacoes,
                "referencia_cliente": referencia_cliente,
            }
        ),
    )
    linhas = itens_montados(conferidos, empresa=empresa)
    for tentativa in range(1, TENTATIVAS + 1):
        try:
            return _gravar(orcamento, linhas, ator, tentativa)
        except IntegrityError as erro:
            if restricao_violada(erro) != RESTRICAO_DO_NUMERO:
                raise
            logger.warning(
                "budget_number em conflito", extra={"numero": orcamento.budget_number, "tentativa": tentativa}
            )
    raise numero_em_conflito(TENTATIVAS)


def _gravar(orcamento: Orcamento, itens: list[ItemOrcamento], ator: Ator, tentativa: int) -> Orcamento:
    """One attempt, in a transaction (or savepoint) of its own."""
    empresa, ano = orcamento.empresa, orcamento.ano
    with transaction.atomic():
        if tentativa > 1:
            # Trying again alone would hand out the same number: the rollback gave it back.
            serie_passar_dos_existentes(empresa=empresa, ano=ano)
        numero = reservar(SerieOrcamento, campo="ultimo_numero", empresa=empresa, ano=ano)
        if numero > NUMERO_MAXIMO:
            raise numeros_esgotados(ano)
        orcamento.pk, orcamento.numero = None, numero
        orcamento.budget_number = numero_formatado(ano, numero)
        orcamento.save(force_insert=True)
        orcamento.total = itens_inserir(orcamento, itens)
        auditar(
            empresa=empresa,
            ator=ator,
            acao="orcamento_criado",
            objeto=orcamento,
            para=orcamento.budget_number,
        )
    return orcamento


def itens_inserir(orcamento: Orcamento, itens: list[ItemOrcamento]) -> Decimal:
    """Insert the lines of a draft and return their sum, which the database adds to the quote's total."""
    for item in itens:
        item.pk, item.orcamento = None, orcamento
    gravados = ItemOrcamento.objects.bulk_create(itens)
    return sum((item.total for item in gravados), Decimal(0))
