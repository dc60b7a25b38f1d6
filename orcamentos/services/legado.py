"""Reading the rows of imported quotes and writing them in bulk."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, transaction

from clientes.models import Cliente
from estoque.models import Produto
from nucleo.ator import Ator
from nucleo.datas import data_lida, data_no_intervalo, hoje
from nucleo.decimais import decimal_brasileiro
from nucleo.errors import ErroDeValidacao, ErrosDeValidacao, restricao_violada
from nucleo.models import Empresa
from nucleo.planilhas import ErroDeLinha, Linha
from nucleo.sequencias import reservar
from nucleo.services.auditoria import auditar
from orcamentos.errors import numero_duplicado, numero_em_conflito
from orcamentos.models import ItemOrcamento, Orcamento, SerieOrcamento, Status
from orcamentos.models.numeracao import numero_formatado, numero_lido, numero_tentado
from orcamentos.services.criacao import RESTRICAO_DO_NUMERO, TENTATIVAS
from orcamentos.services.entrada import (
    DIAS_DE_VALIDADE,
    DadosDoItem,
    itens_conferidos,
    itens_montados,
    textos_conferidos,
)
from orcamentos.services.numeracao import serie_passar_dos_existentes

# Old quotes may be of any year; only their validity must make sense.
VALIDADE_MAXIMA: Final = 3660
_TEXTOS: Final = ("condicoes_pagamento", "observacoes", "referencia_cliente")


@dataclass
class Grupo:
    """One quote read from its rows, sound and ready to be written."""

    orcamento: Orcamento
    status: str
    itens: list[DadosDoItem]


@dataclass
class _Referencias:
    """The rows of the empresa that a chunk speaks of, fetched in one query per table."""

    clientes: dict[str, Cliente] = field(default_factory=dict)
    produtos: dict[str, Produto] = field(default_factory=dict)
    numeros: set[str] = field(default_factory=set)


def grupos_lidos(
    *, empresa: Empresa, linhas: Sequence[Sequence[Linha]], vistos: set[str] | None = None
) -> tuple[list[Grupo], list[ErroDeLinha]]:
    """Return the quotes that are sound, and the errors of all others with row, field and reason.

    `vistos`: numbers of earlier chunks that were not written (a preview); those of this one are added.
    """
    referencias = _referencias(empresa, [linha for grupo in linhas for linha in grupo])
    referencias.numeros |= vistos or set()
    grupos: list[Grupo] = []
    erros: list[ErroDeLinha] = []
    for grupo in linhas:
        lido, achados = _grupo(empresa, grupo, referencias)
        erros += achados
        if lido is not None:
            grupos.append(lido)
            referencias.numeros.add(lido.orcamento.budget_number)
    if vistos is not None:
        vistos |= {grupo.orcamento.budget_number for grupo in grupos}
    return grupos, erros


def grupos_gravar(*, empresa: Empresa, ator: Ator, grupos: Sequence[Grupo]) -> None:
    """Insert the quotes and their lines; those without a number get ours, year by year. Audited each.

    A number of ours that is there already makes the counter pass what is there, at most 5 times. Locks the
    series by year. Raises `budget_number_em_conflito`.
    """
    _inserir(empresa, grupos)
    itens: list[ItemOrcamento] = []
    for grupo in grupos:
        montados = itens_montados(grupo.itens, empresa=empresa)
        for item in montados:
            item.orcamento = grupo.orcamento
        itens += montados
    ItemOrcamento.objects.bulk_create(itens)
    # Lines go into drafts only, so the state comes last.
    por_status: dict[str, list[int]] = defaultdict(list)
    for grupo in grupos:
        por_status[grupo.status].append(grupo.orcamento.pk)
        auditar(
            empresa=empresa,
            ator=ator,
            acao="orcamento_importado",
            objeto=grupo.orcamento,
            para=grupo.orcamento.budget_number,
            status=grupo.status,
        )
    for status, ids in por_status.items():
        Orcamento.objects.filter(pk__in=ids).update(status=status)


def _inserir(empresa: Empresa, grupos: Sequence[Grupo]) -> None:
    for tentativa in range(1, TENTATIVAS + 1):
        try:
            with transaction.atomic():
                if tentativa > 1:
                    for ano in sorted({g.orcamento.ano for g in grupos if not g.orcamento.importado}):
                        serie_passar_dos_existentes(empresa=empresa, ano=ano)
                _numerar(empresa, grupos)
                Orcamento.objects.bulk_create([grupo.orcamento for grupo in grupos])
        except IntegrityError as erro:
            if restricao_violada(erro) != RESTRICAO_DO_NUMERO:
                raise
        else:
            return
    raise numero_em_conflito(TENTATIVAS)


def _numerar(empresa: Empresa, grupos: Sequence[Grupo]) -> None:
    """Take one block of numbers per year, years ascending (promise C), for the quotes that have none."""
    por_ano: dict[int, list[Orcamento]] = defaultdict(list)
    for grupo in grupos:
        if not grupo.orcamento.importado:
            por_ano[grupo.orcamento.ano].append(grupo.orcamento)
    for ano in sorted(por_ano):
        quantos = len(por_ano[ano])
        ultimo = reservar(SerieOrcamento, campo="ultimo_numero", quantidade=quantos, empresa=empresa, ano=ano)
        for numero, orcamento in enumerate(por_ano[ano], start=ultimo - quantos + 1):
            orcamento.numero, orcamento.budget_number = numero, numero_formatado(ano, numero)


def _referencias(empresa: Empresa, linhas: Sequence[Linha]) -> _Referencias:
    clientes = {linha.valores["cliente"].strip().upper() for linha in linhas}
    codigos = {linha.valores["cod_produto"] for linha in linhas} - {""}
    numeros = {
        numero_formatado(*n) for linha in linhas if (n := numero_tentado(linha.valores["budget_number"]))
    }
    por_codigo = Cliente.objects.filter(empresa=empresa, codigo_cliente__in=clientes)
    ids = [int(c) for c in clientes if c.isascii() and c.isdigit() and len(c) < 19]
    por_id = Cliente.objects.filter(empresa=empresa, pk__in=ids)
    return _Referencias(
        clientes={**{c.codigo_cliente: c for c in por_codigo}, **{str(c.pk): c for c in por_id}},
        produtos={p.cod_produto: p for p in Produto.objects.filter(empresa=empresa, cod_produto__in=codigos)},
        numeros=set(
            Orcamento.objects.filter(empresa=empresa, budget_number__in=numeros).values_list(
                "budget_number", flat=True
            )
        ),
    )


def _grupo(
    empresa: Empresa, linhas: Sequence[Linha], referencias: _Referencias
) -> tuple[Grupo | None, list[ErroDeLinha]]:
    """Read one quote: its head from its first row, a line from each; or say everything that is wrong."""
    erros = [erro for linha in linhas for erro in linha.erros]
    orcamento: Orcamento | None = None
    status, itens = "", list[DadosDoItem]()
    try:
        orcamento, status = _cabecalho(empresa, linhas[0].valores, referencias)
    except ErroDeValidacao as erro:
        erros.append(_de(linhas[0], erro))
    for linha in linhas:
        try:
            itens += itens_conferidos([_item(linha.valores, referencias)])
        except ErroDeValidacao as erro:
            erros += [_de(linha, um) for um in (erro.erros if isinstance(erro, ErrosDeValidacao) else [erro])]
    if erros or orcamento is None:
        # The sound rows of a refused quote are named too: nobody has to guess which were written.
        faltam = {linha.numero for linha in linhas} - {erro.linha for erro in erros}
        erros += [
            ErroDeLinha(n, "budget_number", "orcamento_recusado", "Outra linha deste orçamento tem erro.")
            for n in sorted(faltam)
        ]
        return None, erros
    return Grupo(orcamento, status, itens), []


def _de(linha: Linha, erro: ErroDeValidacao) -> ErroDeLinha:
    campo = (erro.field or "").rpartition(".")[2]
    return ErroDeLinha(linha.numero, campo, erro.code, erro.detail)


def _cabecalho(empresa: Empresa, valores: dict[str, str], referencias: _Referencias) -> tuple[Orcamento, str]:
    cliente = referencias.clientes.get(valores["cliente"].strip().upper())
    if cliente is None:
        raise ErroDeValidacao(
            "cliente_desconhecido", "Cliente não encontrado: informe o código.", field="cliente"
        )
    status = valores["status"].strip().lower() or Status.RASCUNHO
    if status not in Status.values:
        raise ErroDeValidacao("valor_invalido", f"Situação: {', '.join(Status.values)}.", field="status")
    data = data_lida(valores["data"], campo="data") if valores["data"] else hoje(empresa.fuso)
    ano, numero, texto = _numero(valores["budget_number"], data, referencias)
    return (
        Orcamento(
            empresa=empresa,
            cliente=cliente,
            ano=ano,
            numero=numero,
            budget_number=texto,
            importado=bool(texto),
            data=data,
            validade=_validade(valores["validade"], data),
            **textos_conferidos({campo: valores[campo] for campo in _TEXTOS}),
        ),
        status,
    )


def _numero(texto: str, data: date, referencias: _Referencias) -> tuple[int, int, str]:
    if not texto:
        return data.year, 0, ""
    ano, numero = numero_lido(texto)
    escrito = numero_formatado(ano, numero)
    if escrito in referencias.numeros:
        duplicado = numero_duplicado(escrito)
        raise ErroDeValidacao(duplicado.code, duplicado.detail, field=duplicado.field)
    if ano != data.year:
        raise ErroDeValidacao(
            "data_fora_do_intervalo", f"O número é de {ano}, mas a data é de {data.year}.", field="data"
        )
    return ano, numero, escrito


def _validade(texto: str, data: date) -> date:
    if not texto:
        return data + timedelta(days=DIAS_DE_VALIDADE)
    return data_no_intervalo(
        data_lida(texto, campo="validade"),
        referencia=data,
        dias_antes=0,
        dias_depois=VALIDADE_MAXIMA,
        campo="validade",
    )


def _item(valores: dict[str, str], referencias: _Referencias) -> DadosDoItem:
    codigo = valores["cod_produto"]
    produto = referencias.produtos.get(codigo)
    if codigo and produto is None:
        raise ErroDeValidacao(
            "produto_desconhecido", f"Produto {codigo} não encontrado nesta empresa.", field="cod_produto"
        )
    desconto = valores["desconto"]
    return DadosDoItem(
        produto=produto,
        descricao=valores["descricao"],
        quantidade=decimal_brasileiro(valores["quantidade"], casas=3, campo="quantidade"),
        preco_unitario=decimal_brasileiro(valores["preco_unitario"], casas=2, campo="preco_unitario"),
        desconto=decimal_brasileiro(desconto, casas=2, campo="desconto") if desconto else Decimal(0),
    )
