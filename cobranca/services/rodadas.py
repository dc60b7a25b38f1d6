"""One dispatch round: recover, then send through every sender that may be used."""

import logging
from dataclasses import dataclass, field

from django.utils import timezone

from cobranca.models import ConfiguracaoCobranca, Instancia, Mensagem
from cobranca.selectors.saude import PULSO_DA_RODADA
from cobranca.services.configuracao import configuracao_da
from cobranca.services.despacho import rodada_da_instancia
from cobranca.services.ensaio import mensagens_ensaiar
from cobranca.services.instancias import instancia_pronta
from cobranca.services.mesa import Rodada
from cobranca.services.recuperacao import Recuperacao, mensagens_recuperar
from cobranca.services.relogio import MOTIVO as MOTIVO_DO_RELOGIO
from cobranca.services.relogio import relogio_confere
from nucleo.escopo import escopo, visao_do_dono
from nucleo.models import Empresa
from nucleo.services.pulsos import pulso_bater

logger = logging.getLogger(__name__)
PULSO = PULSO_DA_RODADA


@dataclass
class RodadaDaEmpresa:
    """What a round did for one empresa."""

    empresa: str
    enviadas: int = 0
    outras: int = 0
    ensaiadas: int = 0
    recuperadas: Recuperacao = field(default_factory=Recuperacao)
    motivo: str = ""


def empresas_a_atender() -> list[Empresa]:
    """Active empresas that have a sender, or messages to rehearse."""
    with visao_do_dono("despacho: achar as empresas que têm mensagens a enviar"):
        return list(
            Empresa.objects.filter(
                ativa=True,
                pk__in=Mensagem.objects.filter(status__in=("pending", "sending")).values("empresa_id"),
            )
        )


def rodada_da_empresa(*, empresa: Empresa) -> RodadaDaEmpresa:
    """Recover, then one round of each usable sender of the empresa, in this process. Enters its scope."""
    relato = RodadaDaEmpresa(empresa.slug)
    if not relogio_confere():
        relato.motivo = MOTIVO_DO_RELOGIO
        return relato
    with escopo(empresa):
        relato.recuperadas = mensagens_recuperar(empresa=empresa)
        modo = configuracao_da(empresa).modo
        if modo == ConfiguracaoCobranca.Modo.ENSAIO:
            relato.ensaiadas = mensagens_ensaiar(empresa=empresa)
        elif modo == ConfiguracaoCobranca.Modo.LIGADO:
            _enviar(empresa, relato)
        else:
            relato.motivo = "envio desligado"
    return relato


def _enviar(empresa: Empresa, relato: RodadaDaEmpresa) -> None:
    total = Rodada()
    escolhidas = remetentes_a_usar(empresa=empresa)
    for instancia in escolhidas:
        total.somar(rodada_da_instancia(empresa=empresa, instancia=instancia))
    relato.enviadas, relato.outras = total.enviadas, total.outras
    if escolhidas:
        relato.motivo = total.motivo
    elif _ha_o_que_enviar(empresa):
        relato.motivo = "nenhuma instância em condições"


def remetentes_a_usar(*, empresa: Empresa) -> list[Instancia]:
    """Return the usable senders of the best preference; those of lower preference only stand in."""
    if not _ha_o_que_enviar(empresa):
        return []
    escolhidas: list[Instancia] = []
    for instancia in Instancia.objects.filter(empresa=empresa, ativa=True).order_by("ordem", "id"):
        if escolhidas and instancia.ordem > escolhidas[0].ordem:
            break
        if instancia_pronta(empresa=empresa, instancia=instancia):
            escolhidas.append(instancia)
    return escolhidas


def _ha_o_que_enviar(empresa: Empresa) -> bool:
    return Mensagem.objects.filter(
        empresa=empresa, status=Mensagem.Status.PENDENTE, agendada_para__lte=timezone.now()
    ).exists()


def rodada_registrar() -> None:
    """Leave the mark by which others see that the scheduler lives."""
    pulso_bater(nome=PULSO)


def empresa_do_despacho(empresa_id: int) -> Empresa:
    """Return the empresa a task was told to serve."""
    with escopo(empresa_id):
        return Empresa.objects.get(pk=empresa_id)
