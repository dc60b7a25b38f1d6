"""What may happen to a quote, as data, and the services that do it."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from estoque.models import Produto
from estoque.services import carteira_incluir_varios
from nucleo.ator import SISTEMA, Ator
from nucleo.datas import data_no_intervalo, hoje
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar
from nucleo.textos import texto_limpo
from orcamentos.errors import estado_invalido, orcamento_vencido
from orcamentos.locks import orcamento_travar, vencidos_travar
from orcamentos.models import Orcamento, RevisaoOrcamento, Status
from orcamentos.selectors import conteudo
from orcamentos.services.edicao import conferir_versao, gravar_mudanca
from orcamentos.signals import orcamento_aprovado

LOTE_DE_VENCIDOS: Final = 500
DIAS_DE_ENTREGA: Final = 730


@dataclass(frozen=True, slots=True)
class Transicao:
    """From which states an action leads to which; `verbo` and `acao` name it on screen and in the history."""

    de: frozenset[Status]
    para: Status
    verbo: str
    acao: str


TRANSICOES: Final = {
    "enviar": Transicao(frozenset({Status.RASCUNHO}), Status.ENVIADO, "enviado", "orcamento_enviado"),
    "aprovar": Transicao(frozenset({Status.ENVIADO}), Status.APROVADO, "aprovado", "orcamento_aprovado"),
    "recusar": Transicao(frozenset({Status.ENVIADO}), Status.RECUSADO, "recusado", "orcamento_recusado"),
    "expirar": Transicao(frozenset({Status.ENVIADO}), Status.EXPIRADO, "expirado", "orcamento_expirado"),
    "cancelar": Transicao(
        frozenset({Status.RASCUNHO, Status.ENVIADO}), Status.CANCELADO, "cancelado", "orcamento_cancelado"
    ),
    "revisar": Transicao(
        frozenset({Status.ENVIADO, Status.RECUSADO, Status.EXPIRADO}),
        Status.RASCUNHO,
        "revisado",
        "orcamento_revisado",
    ),
}


def acoes_permitidas(orcamento: Orcamento) -> list[str]:
    """Return the actions a person may take on the quote in the state it is in."""
    return [nome for nome, t in TRANSICOES.items() if orcamento.status in t.de and nome != "expirar"]


def orcamento_enviar(*, empresa: Empresa, ator: Ator, orcamento_id: int, versao: int) -> Orcamento:
    """Draft becomes sent; what it says now is kept as its revision. Locks the quote. Audited.

    Raises `estado_invalido`, `versao_desatualizada`, `orcamento_vencido`.
    """
    with _transicao("enviar", empresa, ator, orcamento_id, versao) as orcamento:
        _conferir_validade(orcamento, empresa)
        _guardar_revisao(orcamento, ator)
    return orcamento


def orcamento_aprovar(
    *, empresa: Empresa, ator: Ator, orcamento_id: int, versao: int, data_entrega: date | None = None
) -> Orcamento:
    """Sent becomes approved; its products enter the carteira (order: the budget_number), announced upward.

    All in one transaction under the quote's lock, so a second approval finds it approved: once, whoever
    asks. `data_entrega` is by default today for the empresa. Sends `orcamento_aprovado`. Raises
    `estado_invalido`, `versao_desatualizada`, `orcamento_vencido`, `data_fora_do_intervalo`.
    """
    dia = hoje(empresa.fuso)
    entrega = data_no_intervalo(
        data_entrega or dia, referencia=dia, dias_antes=0, dias_depois=DIAS_DE_ENTREGA, campo="data_entrega"
    )
    with _transicao("aprovar", empresa, ator, orcamento_id, versao, data_entrega=entrega) as orcamento:
        _conferir_validade(orcamento, empresa)
        produtos = _produtos(orcamento)
        if produtos:
            carteira_incluir_varios(
                empresa=empresa,
                ator=ator,
                num_pedido=orcamento.budget_number,
                itens=produtos,
                data_entrega=entrega,
            )
        orcamento_aprovado.send(sender=Orcamento, orcamento=orcamento, ator=ator)
    return orcamento


def orcamento_recusar(
    *, empresa: Empresa, ator: Ator, orcamento_id: int, versao: int, motivo: str = ""
) -> Orcamento:
    """Sent becomes refused; the customer's reason goes to the history. Locks the quote. Audited."""
    motivo = texto_limpo(motivo, campo="motivo", maximo=400, linhas=True)
    with _transicao("recusar", empresa, ator, orcamento_id, versao, detalhe={"motivo": motivo}) as orcamento:
        return orcamento


def orcamento_cancelar(
    *, empresa: Empresa, ator: Ator, orcamento_id: int, versao: int, motivo: str = ""
) -> Orcamento:
    """Draft or sent becomes cancelled, for good; the number stays taken. Locks the quote. Audited."""
    motivo = texto_limpo(motivo, campo="motivo", maximo=400, linhas=True)
    with _transicao("cancelar", empresa, ator, orcamento_id, versao, detalhe={"motivo": motivo}) as orcamento:
        return orcamento


def orcamento_revisar(*, empresa: Empresa, ator: Ator, orcamento_id: int, versao: int) -> Orcamento:
    """Open the next revision of the same number as a draft; what was sent stays readable. Audited.

    A validity that has ended is set as many days ahead as it was given before. Locks the quote.
    """
    with _transicao("revisar", empresa, ator, orcamento_id, versao) as orcamento:
        # Quotes that came in as sent have no copy yet: keep what they said before it changes.
        if not orcamento.revisoes.filter(revisao=orcamento.revisao).exists():
            _guardar_revisao(orcamento, ator)
        dia = hoje(empresa.fuso)
        if orcamento.validade < dia:
            orcamento.validade = dia + max(orcamento.validade - orcamento.data, timedelta(days=1))
        orcamento.revisao += 1
        Orcamento.objects.filter(pk=orcamento.pk).update(
            revisao=orcamento.revisao, validade=orcamento.validade
        )
    return orcamento


def orcamentos_expirar(*, empresa: Empresa, ator: Ator = SISTEMA, dia: date | None = None) -> int:
    """Expire every sent quote whose validity ended before today for the empresa; return how many.

    Looks at dates, not at when it last ran, so days of standing still are caught up. A transaction per 500,
    each locking its quotes. Idempotent. Audited.
    """
    dia = dia or hoje(empresa.fuso)
    total = 0
    while mudados := _expirar_lote(empresa, ator, dia):
        total += mudados
    return total


def _expirar_lote(empresa: Empresa, ator: Ator, dia: date) -> int:
    with transaction.atomic():
        vencidos = vencidos_travar(empresa=empresa, hoje=dia, limite=LOTE_DE_VENCIDOS)
        for orcamento in vencidos:
            _mudar_status(orcamento, TRANSICOES["expirar"], ator, validade=orcamento.validade.isoformat())
    return len(vencidos)


@contextmanager
def _transicao(
    nome: str,
    empresa: Empresa,
    ator: Ator,
    orcamento_id: int,
    versao: int,
    *,
    detalhe: dict[str, Any] | None = None,
    **campos: Any,
) -> Iterator[Orcamento]:
    """Lock, check, change and record; what the block adds belongs to the same transaction."""
    transicao = TRANSICOES[nome]
    with transaction.atomic():
        orcamento = orcamento_travar(empresa=empresa, orcamento_id=orcamento_id)
        # The state first: whoever comes second reads that it is done, not that a number is stale.
        if orcamento.status not in transicao.de:
            raise estado_invalido(orcamento.budget_number, orcamento.get_status_display(), transicao.verbo)
        conferir_versao(orcamento, versao)
        for campo, valor in campos.items():
            setattr(orcamento, campo, valor)
        _mudar_status(orcamento, transicao, ator, *campos, **(detalhe or {}))
        yield orcamento


def _mudar_status(
    orcamento: Orcamento, transicao: Transicao, ator: Ator, *campos: str, **detalhe: Any
) -> None:
    de = orcamento.status
    orcamento.status = transicao.para
    gravar_mudanca(orcamento, "status", *campos)
    auditar(
        empresa=orcamento.empresa,
        ator=ator,
        acao=transicao.acao,
        objeto=orcamento,
        de=de,
        para=orcamento.status,
        revisao=orcamento.revisao,
        **{chave: valor for chave, valor in detalhe.items() if valor},
    )


def _conferir_validade(orcamento: Orcamento, empresa: Empresa) -> None:
    if orcamento.validade < hoje(empresa.fuso):
        raise orcamento_vencido(orcamento.budget_number, orcamento.validade)


def _guardar_revisao(orcamento: Orcamento, ator: Ator) -> None:
    RevisaoOrcamento.objects.create(
        empresa=orcamento.empresa,
        orcamento=orcamento,
        revisao=orcamento.revisao,
        conteudo=conteudo(orcamento),
        total=orcamento.total,
        enviada_por=ator.nome[:120],
    )


def _produtos(orcamento: Orcamento) -> list[tuple[Produto, Decimal]]:
    """Return each product once with its whole quantity, by id: two lines of one product are one demand."""
    quantidades: dict[Produto, Decimal] = defaultdict(Decimal)
    for item in orcamento.itens.select_related("produto").order_by("produto_id", "posicao"):
        if item.produto is not None:
            quantidades[item.produto] += item.quantidade
    return list(quantidades.items())
