"""How billing is doing: queues, attempts, deliveries, senders, the scheduler's pulse."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min, Q
from django.utils import timezone

from cobranca.models import Instancia, Mensagem, Tentativa
from nucleo.models import Empresa, Pulso

PULSO_DA_RODADA = "cobranca.rodada"
SILENCIO_MAXIMO = timedelta(hours=24)
_CONTAM = (
    Tentativa.Resultado.ENVIADA,
    Tentativa.Resultado.RECUSADA,
    Tentativa.Resultado.NAO_ENVIADA,
    Tentativa.Resultado.INCERTA,
)


@dataclass(frozen=True)
class Taxa:
    """A share over a sample."""

    amostra: int
    parte: int

    @property
    def fracao(self) -> float:
        return self.parte / self.amostra if self.amostra else 0.0


def taxa_de_erro(*, empresa: Empresa, janela: timedelta) -> Taxa:
    """Return how many of the attempts in the window did not send."""
    contas = Tentativa.objects.filter(
        empresa=empresa, em__gt=timezone.now() - janela, resultado__in=_CONTAM
    ).aggregate(total=Count("id"), boas=Count("id", filter=Q(resultado=Tentativa.Resultado.ENVIADA)))
    return Taxa(contas["total"], contas["total"] - contas["boas"])


def entregas_da(*, instancia: Instancia, janela: timedelta, folga: timedelta) -> Taxa:
    """Return how many of the messages sent in the window, old enough to have arrived, did arrive."""
    agora = timezone.now()
    contas = Mensagem.objects.filter(
        empresa_id=instancia.empresa_id,
        instancia=instancia,
        enviada_em__gt=agora - janela,
        enviada_em__lt=agora - folga,
    ).aggregate(total=Count("id"), entregues=Count("id", filter=Q(entregue_em__isnull=False)))
    return Taxa(contas["total"], contas["entregues"])


def presa_mais_antiga(*, empresa: Empresa) -> datetime | None:
    """Return since when the oldest message in `sending` has been there."""
    presas = Mensagem.objects.filter(empresa=empresa, status=Mensagem.Status.ENVIANDO)
    return presas.aggregate(desde=Min("reclamada_em"))["desde"]


def rodada_silenciosa_desde() -> datetime | None:
    """Return when the scheduler last ran, or was installed and never did, if that is too long ago."""
    pulso = Pulso.objects.filter(pk=PULSO_DA_RODADA).first()
    desde = pulso.em if pulso else _instalada_em()
    return desde if desde and timezone.now() - desde > SILENCIO_MAXIMO else None


def _instalada_em() -> datetime | None:
    migracoes = MigrationRecorder.Migration.objects.filter(app="cobranca")
    return migracoes.aggregate(primeira=Min("applied"))["primeira"]


def situacao(*, empresa: Empresa) -> dict[str, Any]:
    """Return the figures of `status_cobranca` for one empresa."""
    agora = timezone.now()
    mensagens = Mensagem.objects.filter(empresa=empresa)
    contas = dict(mensagens.order_by().values_list("status").annotate(n=Count("id")))
    devidas = mensagens.filter(status=Mensagem.Status.PENDENTE, agendada_para__lte=agora)
    fila = devidas.aggregate(total=Count("id"), desde=Min("agendada_para"))
    erro = taxa_de_erro(empresa=empresa, janela=timedelta(hours=1))
    return {
        "empresa": empresa.slug,
        "mensagens": {status: contas.get(status, 0) for status in Mensagem.Status.values},
        "devidas": fila["total"],
        "devida_mais_antiga": fila["desde"],
        "presa_mais_antiga": presa_mais_antiga(empresa=empresa),
        "tentativas_1h": erro.amostra,
        "taxa_de_erro_1h": round(erro.fracao, 4),
        "instancias": [_instancia(i) for i in Instancia.objects.filter(empresa=empresa)],
    }


def _instancia(instancia: Instancia) -> dict[str, Any]:
    campos = (
        "nome", "ativa", "estado", "sadia", "verificada_em", "doente_desde", "disjuntor_ate", "motivo",
        "webhook_registrado_em", "webhook_motivo",
    )  # fmt: skip
    return {campo: getattr(instancia, campo) for campo in campos}
