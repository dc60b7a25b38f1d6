"""Editing a draft."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from clientes.models import Cliente
from nucleo.ator import Ator
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar
from orcamentos.errors import ano_ja_numerado, estado_invalido, versao_desatualizada
from orcamentos.locks import orcamento_travar
from orcamentos.models import ItemOrcamento, Orcamento
from orcamentos.selectors import conteudo, diferencas
from orcamentos.services.criacao import itens_inserir
from orcamentos.services.entrada import (
    DadosDoItem,
    cliente_conferido,
    datas_conferidas,
    itens_conferidos,
    itens_montados,
    textos_conferidos,
    validade_conferida,
)


def orcamento_alterar(
    *,
    empresa: Empresa,
    ator: Ator,
    orcamento_id: int,
    versao: int,
    cliente: Cliente | None = None,
    itens: Sequence[DadosDoItem] | None = None,
    data: date | None = None,
    validade: date | None = None,
    **textos: str,
) -> Orcamento:
    """Change what is given of a draft; `itens` replaces all lines. Audited with what changed.

    `textos`: condicoes_pagamento, observacoes, referencia_cliente. Locks the quote. The number and so the
    year stay. Raises ErroDeValidacao, `estado_invalido`, `versao_desatualizada`.
    """
    conferidos = None if itens is None else itens_conferidos(itens)
    campos = textos_conferidos(textos)
    with transaction.atomic():
        orcamento = orcamento_travar(empresa=empresa, orcamento_id=orcamento_id)
        if not orcamento.rascunho:
            raise estado_invalido(orcamento.budget_number, orcamento.get_status_display(), "alterado")
        conferir_versao(orcamento, versao)
        antes = conteudo(orcamento)
        if cliente is not None and cliente.pk != orcamento.cliente_id:
            orcamento.cliente = cliente_conferido(cliente)
        _mudar_datas(orcamento, empresa, data, validade)
        for campo, valor in campos.items():
            setattr(orcamento, campo, valor)
        gravar_mudanca(orcamento, "cliente", "data", "validade", *campos)
        if conferidos is not None:
            _trocar_itens(orcamento, conferidos)
        mudancas = diferencas(antes, conteudo(orcamento))
        auditar(
            empresa=empresa,
            ator=ator,
            acao="orcamento_alterado",
            objeto=orcamento,
            mudancas=[str(mudanca) for mudanca in mudancas[:50]],
        )
    return orcamento


def conferir_versao(orcamento: Orcamento, versao: int) -> None:
    """Refuse a caller that has read an older state than the locked row has."""
    if orcamento.versao != versao:
        raise versao_desatualizada(orcamento.budget_number, orcamento.versao)


def gravar_mudanca(orcamento: Orcamento, *campos: str) -> None:
    """Save the named columns of a locked quote and count its version up."""
    orcamento.versao += 1
    orcamento.save(update_fields=[*campos, "versao", "atualizado_em"])


def _mudar_datas(orcamento: Orcamento, empresa: Empresa, data: date | None, validade: date | None) -> None:
    if data is not None and data != orcamento.data:
        data, _ = datas_conferidas(empresa=empresa, data=data, validade=None)
        if data.year != orcamento.ano:
            raise ano_ja_numerado(orcamento.budget_number, orcamento.ano)
        orcamento.data = data
    if validade is not None or data is not None:
        orcamento.validade = validade_conferida(validade or orcamento.validade, data=orcamento.data)


def _trocar_itens(orcamento: Orcamento, itens: list[DadosDoItem]) -> None:
    ItemOrcamento.objects.filter(empresa=orcamento.empresa, orcamento=orcamento).delete()
    linhas = itens_montados(itens, empresa=orcamento.empresa)
    orcamento.total = itens_inserir(orcamento, linhas)
