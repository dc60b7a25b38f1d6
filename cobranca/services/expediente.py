"""Business hours of one empresa, in its own time zone. None configured: always open."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cobranca.models import ConfiguracaoCobranca, Feriado, Horario
from nucleo.calendario import UFS, feriado, ponto_facultativo
from nucleo.models import Empresa

# More closed days in a row than any calendar has: an opening that never comes must not loop.
_BUSCA_MAXIMA = 60


@dataclass(frozen=True)
class Expediente:
    """When messages may leave. All moments in and out are aware; days are the empresa's."""

    fuso: ZoneInfo
    uf: str = ""
    facultativos: bool = False
    horarios: Mapping[int, Sequence[tuple[time, time]]] = field(default_factory=dict)
    feriados: frozenset[date] = frozenset()

    def dia(self, momento: datetime) -> date:
        """Return the empresa's day of a moment."""
        return momento.astimezone(self.fuso).date()

    def inicio(self, dia: date, hora: time | None = None) -> datetime:
        """Return the moment at which the day (or its `hora`) begins."""
        return datetime.combine(dia, hora or time.min, tzinfo=self.fuso).astimezone(UTC)

    def proximo(self, momento: datetime) -> datetime:
        """Return `momento` if messages may leave then, else the next opening."""
        if not self.horarios:
            return momento
        dia = self.dia(momento)
        for _ in range(_BUSCA_MAXIMA):
            for abre, fecha in self._periodos(dia):
                if momento < self.inicio(dia, fecha):
                    return max(momento, self.inicio(dia, abre))
            dia += timedelta(days=1)
        return momento

    def aberto(self, momento: datetime) -> bool:
        """Whether messages may leave at this moment."""
        return self.proximo(momento) == momento

    def _periodos(self, dia: date) -> Sequence[tuple[time, time]]:
        if dia in self.feriados or feriado(dia, self.uf or None):
            return ()
        if self.facultativos and ponto_facultativo(dia, self.uf or None):
            return ()
        return self.horarios.get(dia.weekday(), ())


def expediente_da(empresa: Empresa, configuracao: ConfiguracaoCobranca) -> Expediente:
    """Load the empresa's hours and days off (two queries)."""
    horarios: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for linha in Horario.objects.filter(empresa=empresa).order_by("dia", "abre"):
        horarios[linha.dia].append((linha.abre, linha.fecha))
    feriados = Feriado.objects.filter(empresa=empresa) if horarios else Feriado.objects.none()
    uf = empresa.uf.upper()
    return Expediente(
        fuso=ZoneInfo(empresa.fuso),
        uf=uf if uf in UFS else "",
        facultativos=configuracao.facultativos,
        horarios=dict(horarios),
        feriados=frozenset(feriados.values_list("data", flat=True)),
    )
