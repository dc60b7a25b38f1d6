"""What would leave in the coming days, to whom and why."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from cobranca.models import Mensagem, Regua
from nucleo.models import Empresa

DIAS = 30
LINHAS_MAXIMAS = 500


@dataclass(frozen=True)
class Prevista:
    """One message that waits."""

    quando: datetime
    dia: date
    ciclo_id: int
    ciclo: str
    nome: str
    telefone: str
    porque: str
    template: str


def previsao(*, empresa: Empresa, regua: Regua | None = None, dias: int = DIAS) -> list[Prevista]:
    """Return what would leave in the next `dias` days, soonest first, at most 500 lines.

    Of the steps of one ciclo that wait for one day (a promise of payment, an outage) only the latest is
    in it: the others are superseded when their turn comes.
    """
    agora = timezone.now()
    mensagens = Mensagem.objects.filter(
        empresa=empresa, status=Mensagem.Status.PENDENTE, agendada_para__lt=agora + timedelta(days=dias)
    )
    if regua is not None:
        mensagens = mensagens.filter(ciclo__regua=regua)
    fuso = ZoneInfo(empresa.fuso)
    lista = mensagens.select_related("ciclo__contato", "template").order_by("agendada_para", "id")
    previstas = [(m, _prevista(m, fuso, agora)) for m in lista[: 2 * LINHAS_MAXIMAS]]
    ultimo: dict[tuple[int, date], int] = {}
    for mensagem, linha in previstas:
        if mensagem.tipo == Mensagem.Tipo.LEMBRETE:
            do_dia = (mensagem.ciclo_id, linha.dia)
            ultimo[do_dia] = max(mensagem.passo, ultimo.get(do_dia, mensagem.passo))
    return [
        linha
        for mensagem, linha in previstas
        if mensagem.tipo != Mensagem.Tipo.LEMBRETE or ultimo[mensagem.ciclo_id, linha.dia] == mensagem.passo
    ][:LINHAS_MAXIMAS]


def _prevista(mensagem: Mensagem, fuso: ZoneInfo, agora: datetime) -> Prevista:
    quando = max(mensagem.agendada_para, agora).astimezone(fuso)
    ciclo = mensagem.ciclo
    return Prevista(
        quando,
        quando.date(),
        ciclo.pk,
        ciclo.external_billing_id,
        ciclo.contato.nome,
        ciclo.contato.telefone,
        _porque(mensagem),
        mensagem.template.nome if mensagem.template else "Genérico",
    )


def _porque(mensagem: Mensagem) -> str:
    vencimento = f"vencimento em {mensagem.ciclo.vencimento:%d/%m/%Y}"
    if mensagem.tipo != Mensagem.Tipo.LEMBRETE:
        return mensagem.get_tipo_display()
    if mensagem.passo == 0:
        return f"no dia do {vencimento}"
    return f"{mensagem.passo_em_palavras} do {vencimento}"
