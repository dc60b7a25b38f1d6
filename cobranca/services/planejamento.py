"""From a régua and a due date to planned moments: never two reminders of one ciclo on one day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cobranca.models import Passo
from cobranca.services.expediente import Expediente


@dataclass(frozen=True)
class Planejada:
    """One step of one ciclo with its moment. `superada`: a later step takes its day."""

    passo: Passo
    quando: datetime
    superada: bool


def planejar(
    *,
    passos: Iterable[Passo],
    vencimento: date,
    agora: datetime,
    expediente: Expediente,
    nada_antes_de: date | None = None,
) -> list[Planejada]:
    """Give each step its moment, in the order of the steps.

    A step whose day is past is due today; moments outside business hours move to the next opening; of
    the steps that come to lie on one day, or are due by today, only the latest is kept. With
    `nada_antes_de` (a promise of payment) earlier days move to it.
    """
    hoje = expediente.dia(agora)
    minimo = max(hoje, nada_antes_de or hoje)
    quandos = [
        (passo, expediente.proximo(_momento(passo, vencimento, minimo, agora, expediente)))
        for passo in sorted(passos, key=lambda p: p.dias)
    ]
    ultimo_do_dia = {expediente.dia(quando): passo.dias for passo, quando in quandos}
    return [
        Planejada(passo, quando, superada=ultimo_do_dia[expediente.dia(quando)] != passo.dias)
        for passo, quando in quandos
    ]


def _momento(
    passo: Passo, vencimento: date, minimo: date, agora: datetime, expediente: Expediente
) -> datetime:
    dia = vencimento + timedelta(days=passo.dias)
    if dia < minimo:
        return max(agora, expediente.inicio(minimo))
    return max(agora, expediente.inicio(dia, passo.hora))
