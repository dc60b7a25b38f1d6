"""Every row lock of billing. The one order: creation of ciclos, contatos by id, ciclo, messages by id.

Payment, cancelling, opt-out and the claim all take the ciclo before a message; without that payment and
record wait for each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from cobranca.models import Ciclo, ConfiguracaoCobranca, Contato, EventoRecebido, Mensagem
from nucleo.models import Empresa

_CRIACAO = 4_600_001
_REMETENTE = 4_600_002


class ForaDeTransacao(RuntimeError):
    """A row lock outside a transaction ends with its statement: it would protect nothing."""


def _exigir_transacao() -> None:
    if not connection.in_atomic_block:
        raise ForaDeTransacao("Travas de linha só dentro de uma transação.")


def criacao_de_ciclos(*, empresa: Empresa) -> None:
    """One transaction at a time creates ciclos of an empresa: contacts and duplicates are settled in it."""
    _exigir_transacao()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_CRIACAO, empresa.pk])


def contatos(*, empresa: Empresa, filtro: Q) -> list[Contato]:
    """Lock the contatos that match, by id."""
    _exigir_transacao()
    return list(
        Contato.objects.filter(filtro, empresa=empresa)
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )


def ciclos(*, empresa: Empresa, filtro: Q) -> list[Ciclo]:
    """Lock the ciclos that match, by id, before any of their messages."""
    _exigir_transacao()
    return list(
        Ciclo.objects.filter(filtro, empresa=empresa)
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )


def mensagens(*, empresa: Empresa, ciclos: Iterable[Ciclo], status: Iterable[str]) -> list[Mensagem]:
    """Lock the messages of ciclos that are locked already, by id."""
    _exigir_transacao()
    return list(
        Mensagem.objects.filter(empresa=empresa, ciclo__in=list(ciclos), status__in=list(status))
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )


def mensagem_com_ciclo(*, empresa: Empresa, mensagem_id: int) -> Mensagem | None:
    """Lock one message, its ciclo first; return it as it is under the lock, or None."""
    _exigir_transacao()
    ciclo_id = Mensagem.objects.filter(empresa=empresa, pk=mensagem_id).values_list("ciclo_id", flat=True)
    achado = ciclo_id.first()
    if achado is None:
        return None
    Ciclo.objects.select_for_update(no_key=True).get(empresa=empresa, pk=achado)
    return (
        Mensagem.objects.filter(empresa=empresa, pk=mensagem_id)
        .select_related("ciclo__contato")
        .select_for_update(no_key=True, of=("self",))
        .first()
    )


def mensagem_a_enviar(
    *,
    empresa: Empresa,
    agora: datetime,
    hoje: date,
    amanha: datetime,
    depois_de: tuple[datetime, int] | None = None,
) -> Mensagem | None:
    """Lock the first due message that nobody else holds, with its ciclo; None when there is none.

    Whoever is being claimed, paid or cancelled elsewhere is skipped, never waited for. `depois_de` lets
    one round go on where its last claim was: an old open transaction keeps dead entries at the head of
    the queue's index, and walking over them again at each claim made claims slower and slower.
    """
    _exigir_transacao()
    consulta = _consulta_da_fila(depois_de is not None)
    momento, pk = depois_de or (None, None)
    valores: dict[str, Any] = {"empresa": empresa.pk, "agora": agora, "hoje": hoje, "amanha": amanha}
    valores |= {"momento": momento, "pk": pk}
    with connection.cursor() as cursor:
        cursor.execute(consulta.sql, [valores[nome] if nome else fixo for nome, fixo in consulta.parametros])
        linha = cursor.fetchone()
    return consulta.montar(linha) if linha else None


@dataclass(frozen=True)
class _Consulta:
    """The claim's query as the ORM compiled it: building it anew each time cost more than running it."""

    sql: str
    parametros: list[tuple[str, Any]]
    colunas: list[tuple[Any, list[str], list[int]]]
    anotacoes: dict[str, int]

    def montar(self, linha: Sequence[Any]) -> Mensagem:
        mensagem, ciclo, contato = (
            modelo.from_db("default", nomes, [linha[i] for i in indices])
            for modelo, nomes, indices in self.colunas
        )
        for nome, indice in self.anotacoes.items():
            setattr(mensagem, nome, linha[indice])
        ciclo.contato = contato
        mensagem.ciclo = ciclo
        return mensagem


# Values that stand for the real ones while the query is compiled; each is found again by being itself.
_SENTINELAS: dict[str, Any] = {
    "empresa": 1_000_000_007,
    "agora": datetime(1999, 1, 1, tzinfo=UTC),
    "hoje": date(1999, 1, 2),
    "amanha": datetime(1999, 1, 3, tzinfo=UTC),
    "momento": datetime(1999, 1, 4, tzinfo=UTC),
    "pk": 1_000_000_009,
}


@lru_cache(maxsize=2)
def _consulta_da_fila(com_cursor: bool) -> _Consulta:
    compilador = _fila(com_cursor).query.get_compiler("default")
    sql, parametros = compilador.as_sql()
    info = compilador.klass_info
    [do_ciclo] = info["related_klass_infos"]
    [do_contato] = do_ciclo["related_klass_infos"]
    colunas = []
    for parte in (info, do_ciclo, do_contato):
        indices = list(parte["select_fields"])
        nomes = [compilador.select[i][0].target.attname for i in indices]
        colunas.append((parte["model"], nomes, indices))
    nomeados = [
        (next((nome for nome, s in _SENTINELAS.items() if type(s) is type(p) and s == p), ""), p)
        for p in parametros
    ]
    if {nome for nome, _ in nomeados if nome} != set(_SENTINELAS) - (
        set() if com_cursor else {"momento", "pk"}
    ):
        raise AssertionError(f"Parâmetros inesperados na consulta da fila: {nomeados}")
    return _Consulta(sql, nomeados, colunas, dict(compilador.annotation_col_map))


def _fila(com_cursor: bool) -> QuerySet[Mensagem]:
    s = _SENTINELAS
    irmas = Mensagem.objects.filter(
        empresa=s["empresa"], ciclo=OuterRef("ciclo"), tipo=Mensagem.Tipo.LEMBRETE
    ).exclude(pk=OuterRef("pk"))
    fila = Mensagem.objects.filter(
        empresa=s["empresa"], status=Mensagem.Status.PENDENTE, agendada_para__lte=s["agora"]
    )
    if com_cursor:
        # As a pair, so that the index is entered right there: many messages share one moment.
        fila = fila.extra(
            where=["(cobranca_mensagem.agendada_para, cobranca_mensagem.id) > (%s, %s)"],
            params=[s["momento"], s["pk"]],
        )
    posteriores = irmas.filter(
        status=Mensagem.Status.PENDENTE, agendada_para__lt=s["amanha"], passo__gt=OuterRef("passo")
    )
    modo = ConfiguracaoCobranca.objects.filter(empresa=s["empresa"]).values("modo")[:1]
    fila = fila.select_related("ciclo__contato").annotate(
        tem_posterior=Exists(posteriores),
        ja_saiu_hoje=Exists(irmas.filter(dia_envio=s["hoje"])),
        modo=Subquery(modo),
    )
    return fila.order_by("agendada_para", "id").select_for_update(
        skip_locked=True, no_key=True, of=("self", "ciclo")
    )[:1]


@contextmanager
def vez_do_remetente(*, instancia_id: int) -> Iterator[bool]:
    """Hold a sender's turn for this process, if it is free (yields whether it is).

    A session lock: it ends with the connection, so the turn of a dispatcher that died is free at once and
    its message in flight is known to be orphaned. Pooled connections must be in session mode.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s), pg_backend_pid()", [_REMETENTE, instancia_id])
        minha, processo = cursor.fetchone()
    try:
        yield minha
    finally:
        if minha:
            _devolver_vez(instancia_id, processo)


def _devolver_vez(instancia_id: int, processo: int) -> None:
    try:
        with connection.cursor() as cursor:
            # A connection that was reopened meanwhile holds no turn: unlocking it would only warn.
            cursor.execute(
                "SELECT pg_advisory_unlock(%s, %s) WHERE pg_backend_pid() = %s",
                [_REMETENTE, instancia_id, processo],
            )
    except (DatabaseError, InterfaceError):
        # The turn goes with the connection.
        connection.close()


def evento_a_processar(*, empresa: Empresa, agora: datetime) -> EventoRecebido | None:
    """Lock the oldest event of the inbox that is due and that nobody else has."""
    _exigir_transacao()
    return (
        EventoRecebido.objects.filter(empresa=empresa, processado_em=None)
        .filter(Q(tentar_em=None) | Q(tentar_em__lte=agora))
        .select_related("instancia")
        .order_by("id")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .first()
    )
