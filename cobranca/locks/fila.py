"""The queue of one empresa: its due messages, one under a lock or several as they are."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from cobranca.locks.linhas import exigir_transacao, remetentes_na_vez
from cobranca.models import ConfiguracaoCobranca, Mensagem
from nucleo.models import Empresa
from nucleo.preparadas import ConsultaPreparada

# Few enough that what was read ahead is seconds old, enough that reading costs little per message.
ADIANTE: Final = 25
_LINHAS: Final = "concat_ws(' ', cobranca_mensagem.xmin, cobranca_ciclo.xmin, cobranca_contato.xmin)"


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
    exigir_transacao()
    momento, pk = depois_de or (None, None)
    achadas = _consulta_da_fila(depois_de is not None, travar=True).objetos(
        empresa=empresa.pk, agora=agora, hoje=hoje, amanha=amanha, momento=momento, pk=pk, fatia=0, fatias=1
    )
    return achadas[0] if achadas else None


def mensagens_adiante(
    *,
    empresa: Empresa,
    agora: datetime,
    hoje: date,
    amanha: datetime,
    depois_de: tuple[datetime, int] | None,
    instancia_id: int,
) -> list[Mensagem]:
    """Read the next ADIANTE due messages without locking: each knows in `linhas` which rows it was read from.

    `linhas` are the transactions that wrote its message, its ciclo and its contato: PostgreSQL's own version
    of a row, which every change changes and no lock does. Senders that have their turn at the same time
    read different ciclos, or all of them would go for the same messages.
    """
    na_vez = remetentes_na_vez(empresa=empresa)
    fatia, fatias = (na_vez.index(instancia_id), len(na_vez)) if instancia_id in na_vez else (0, 1)
    momento, pk = depois_de or (None, None)
    return _consulta_da_fila(depois_de is not None, travar=False).objetos(
        empresa=empresa.pk,
        agora=agora,
        hoje=hoje,
        amanha=amanha,
        momento=momento,
        pk=pk,
        fatia=fatia,
        fatias=fatias,
    )


# Values that stand for the real ones while the query is compiled; each is found again by being itself.
_SENTINELAS: dict[str, Any] = {
    "empresa": 1_000_000_007,
    "agora": datetime(1999, 1, 1, tzinfo=UTC),
    "hoje": date(1999, 1, 2),
    "amanha": datetime(1999, 1, 3, tzinfo=UTC),
    "momento": datetime(1999, 1, 4, tzinfo=UTC),
    "pk": 1_000_000_009,
    "fatia": 1_000_000_021,
    "fatias": 1_000_000_033,
}
_TIPOS = {
    "empresa": "bigint",
    "agora": "timestamptz",
    "hoje": "date",
    "amanha": "timestamptz",
    "momento": "timestamptz",
    "pk": "bigint",
    "fatia": "bigint",
    "fatias": "bigint",
}


@lru_cache(maxsize=4)
def _consulta_da_fila(com_cursor: bool, *, travar: bool) -> ConsultaPreparada:
    fila = _travada(_fila(com_cursor)) if travar else _fatiada(_fila(com_cursor))
    fora = {"fatia", "fatias"} if travar else set()
    fora |= set() if com_cursor else {"momento", "pk"}
    sentinelas = {campo: valor for campo, valor in _SENTINELAS.items() if campo not in fora}
    nome = f"cobranca_fila{'_travada' * travar}{'_adiante' * com_cursor}"
    return ConsultaPreparada(nome, fila, sentinelas, _TIPOS)


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
        linhas=RawSQL(_LINHAS, []),  # noqa: S611 - a constant of this file
    )
    return fila.order_by("agendada_para", "id")


def _fatiada(fila: QuerySet[Mensagem]) -> QuerySet[Mensagem]:
    # By ciclo: of the steps of one ciclo at most one is due, so the ids of due messages are no even mixture.
    fatias = [_SENTINELAS["fatias"], _SENTINELAS["fatia"]]
    return fila.extra(where=["mod(cobranca_mensagem.ciclo_id, %s) = %s"], params=fatias)[:ADIANTE]


def _travada(fila: QuerySet[Mensagem]) -> QuerySet[Mensagem]:
    return fila.select_for_update(skip_locked=True, no_key=True, of=("self", "ciclo"))[:1]
