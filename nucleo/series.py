"""The registry of numbered series: who numbers something registers here, the commands ask all of them.

An app registers its provider once, in `AppConfig.ready`: `series.registrar(SeriesDeOrcamentos())`. The
provider is called inside the empresa's scope and outside any transaction.
"""

from dataclasses import dataclass
from typing import Protocol

from nucleo.ator import Ator
from nucleo.errors import NaoEncontrado
from nucleo.models import Empresa


@dataclass(frozen=True)
class Serie:
    """Where one series stands. `proximo` is a forecast: reading it consumes and promises nothing."""

    serie: str  # what an operator writes after --serie: CLI-4106902, ORC-2026
    descricao: str
    proximo: str
    ultimo: str
    quantidade: int


@dataclass(frozen=True)
class Irregularidade:
    """Something wrong in a series: `duplicado`, `lacuna`, `contador_atrasado` or `restricao_ausente`."""

    serie: str
    tipo: str
    detalhe: str


class ProvedorDeSeries(Protocol):
    """What an app that numbers things offers to the operator's commands."""

    @property
    def nome(self) -> str:
        """The provider's name: its app's."""

    def situacao(self, empresa: Empresa) -> list[Serie]:
        """Return every series of the empresa, without consuming a number."""

    def verificar(self, empresa: Empresa) -> list[Irregularidade]:
        """Return what is wrong; also try a duplicate inside a transaction that is rolled back."""

    def reconhece(self, serie: str) -> bool:
        """Whether the operator's `--serie` names one of this provider's series."""

    def ajustar(self, *, empresa: Empresa, serie: str, ultimo: str, ator: Ator) -> Serie:
        """Move the counter forward to `ultimo`, never back; return where it stands. Audited."""


_provedores: dict[str, ProvedorDeSeries] = {}


def registrar(provedor: ProvedorDeSeries) -> None:
    """Add a provider; registering the same name again replaces it (ready may run twice)."""
    _provedores[provedor.nome] = provedor


def provedores() -> list[ProvedorDeSeries]:
    """Return the providers in the order of their names."""
    return [_provedores[nome] for nome in sorted(_provedores)]


def provedor_da_serie(serie: str) -> ProvedorDeSeries:
    """Return the provider that knows `serie`; raise NaoEncontrado `serie_desconhecida`."""
    for provedor in provedores():
        if provedor.reconhece(serie):
            return provedor
    raise NaoEncontrado(
        "serie_desconhecida", f"Nenhuma série se chama {serie!r}; veja `proximos_numeros`.", field="serie"
    )
