"""The plain values that pass between the gateway client and its callers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TipoDeDesfecho(StrEnum):
    ENVIADA = "enviada"  # it left, and the gateway gave its id
    RECUSADA = "recusada"  # for good: the same request would be refused again; nothing left
    NAO_ENVIADA = "nao_enviada"  # nothing left; try again later
    INCERTA = "incerta"  # it may have left: look it up, never just send again


@dataclass(frozen=True, slots=True)
class Desfecho:
    """How one attempt to send ended.

    ``motivo`` is a Portuguese sentence for people; ``codigo`` is stable and for programs; ``detalhe`` is a
    short, cleaned piece of the server's text for the technical log only.
    """

    tipo: TipoDeDesfecho
    codigo: str
    motivo: str
    provider_id: str = ""
    remote_jid: str = ""
    status_http: int | None = None
    instancia_desconectada: bool = False  # the number must be reconnected, or is reconnecting
    ritmo: bool = False  # WhatsApp asked to slow down
    configuracao: bool = False  # address, instance name or key: a person has to look
    inacessivel: bool = False  # no HTTP answer from the server itself: counts against its health
    saiu_sem_registro: bool = (
        False  # the answer itself says: it left and was not stored; no look-up can find it
    )
    pedido_terminado: bool = False  # the server has finished with the request: a look-up need not wait for it
    detalhe: str = ""

    @property
    def saiu(self) -> bool:
        return self.tipo is TipoDeDesfecho.ENVIADA


@dataclass(frozen=True, slots=True)
class RespostaBruta:
    """An HTTP answer, cut to a bounded size; ``inteira`` is False when there was more."""

    status: int
    corpo: bytes
    inteira: bool = True


@dataclass(frozen=True, slots=True)
class EstadoDaInstancia:
    """One entry of fetchInstances without its token. ``estado`` is the database's view and lags."""

    nome: str
    estado: str
    telefone: str
    nome_do_perfil: str
    motivo_da_queda: int | None


@dataclass(frozen=True, slots=True)
class NumeroConsultado:
    numero: str
    existe: bool
    jid: str


@dataclass(frozen=True, slots=True)
class Achada:
    """A stored message that carries the reference looked for: proof that it left."""

    provider_id: str
    remote_jid: str
    enviada_em: datetime | None
    estado: str  # the furthest delivery state reported, "" if none
