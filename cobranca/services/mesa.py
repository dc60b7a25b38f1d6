"""What a round of one sender has on its table."""

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from cobranca.gateway import Cliente
from cobranca.models import ConfiguracaoCobranca, Instancia, Mensagem
from cobranca.services.configuracao import configuracao_da
from cobranca.services.expediente import Expediente, expediente_da
from cobranca.services.instancias import cliente_da
from cobranca.services.redacao import Redator
from nucleo.models import Empresa


@dataclass
class Rodada:
    """What one round of one sender did."""

    enviadas: int = 0
    outras: int = 0
    motivo: str = ""

    def somar(self, outra: "Rodada") -> None:
        self.enviadas += outra.enviadas
        self.outras += outra.outras
        self.motivo = self.motivo or outra.motivo


@dataclass(frozen=True)
class Instante:
    """A moment, the empresa's day it lies in, and the moment at which the next day begins."""

    agora: datetime
    hoje: date
    amanha: datetime


@dataclass
class Mesa:
    """What a round needs, read once: configuration, hours, wordings, the sender and its client."""

    empresa: Empresa
    instancia: Instancia
    configuracao: ConfiguracaoCobranca
    expediente: Expediente
    redator: Redator
    cliente: Cliente
    # Where the last claim was in the queue, and what was read beyond it, without a lock.
    cursor: tuple[datetime, int] | None = None
    adiante: deque[Mensagem] = field(default_factory=deque)
    # Monotonic moment of the last claim, from which the call's whole deadline counts.
    reclamada: float = 0.0
    rodada: Rodada = field(default_factory=Rodada)

    def instante(self) -> Instante:
        """Return now, as the empresa's calendar sees it."""
        agora = timezone.now()
        hoje = self.expediente.dia(agora)
        return Instante(agora, hoje, self.expediente.inicio(hoje + timedelta(days=1)))


def mesa_da(*, empresa: Empresa, instancia: Instancia) -> Mesa:
    """Read what a round of this sender needs."""
    configuracao = configuracao_da(empresa)
    return Mesa(
        empresa,
        instancia,
        configuracao,
        expediente_da(empresa, configuracao),
        Redator(empresa),
        cliente_da(instancia),
    )
