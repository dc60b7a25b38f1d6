"""Stuck and uncertain messages: looked up at the gateway first, then they go on."""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cobranca import locks
from cobranca.gateway import Achada, ErroDoGateway
from cobranca.models import ConfiguracaoCobranca, Mensagem, Tentativa
from cobranca.services.configuracao import configuracao_da
from cobranca.services.instancias import cliente_da
from cobranca.services.referencias import referencia_de
from cobranca.services.registro import (
    campos_de_enviada,
    saida_confirmar,
    segurar,
    tentativa_anotar,
    voltar_a_fila,
)
from nucleo.errors import Indisponivel
from nucleo.models import Empresa

logger = logging.getLogger(__name__)
POR_RODADA: Final = 50
MOTIVO_PRESA: Final = "O envio ficou preso; foi conferido no gateway."
MOTIVO_SEM_REGISTRO: Final = "O gateway não tem registro deste envio."
# A look-up that is under way keeps others from repeating it for this long.
_RESERVA_S: Final = 120
# Dispatch waits for recovery: a slow gateway may not take the whole round.
_DURACAO_MAXIMA_S: Final = 120


@dataclass
class Recuperacao:
    """What one recovery did."""

    achadas: int = 0
    devolvidas: int = 0
    seguras: int = 0
    sem_resposta: int = 0

    def total(self) -> int:
        return self.achadas + self.devolvidas + self.seguras + self.sem_resposta


def mensagens_recuperar(*, empresa: Empresa, limite: int = POR_RODADA) -> Recuperacao:
    """Clear up what is stuck in `sending` or uncertain, at the instância that tried it.

    A hit: `sent`. A clean no-hit: back to `pending`, or `held` where the empresa chose so. No answer: it
    stays and is looked up again, and its instância is asked no more this time. Outside any transaction;
    several processes may run it at once.
    """
    _presas_declarar_incertas(empresa)
    resultado, mudas, inicio = Recuperacao(), set[int | None](), time.monotonic()
    for _ in range(limite):
        if time.monotonic() - inicio > _DURACAO_MAXIMA_S:
            break
        mensagem = _reservar(empresa, mudas)
        if mensagem is None:
            break
        try:
            achada = _procurar(mensagem)
        except (ErroDoGateway, Indisponivel) as exc:
            codigo = exc.codigo if isinstance(exc, ErroDoGateway) else exc.code
            logger.warning("conferência sem resposta", extra={"mensagem": mensagem.pk, "codigo": codigo})
            resultado.sem_resposta += 1
            mudas.add(mensagem.instancia_id)
            continue
        _concluir(empresa, mensagem, achada, resultado)
    return resultado


def _presas_declarar_incertas(empresa: Empresa) -> None:
    """In flight for longer than any request lasts: its dispatcher is gone or hangs."""
    agora = timezone.now()
    Mensagem.objects.filter(
        empresa=empresa,
        status=Mensagem.Status.ENVIANDO,
        incerta_em=None,
        reclamada_em__lt=agora - timedelta(seconds=settings.COBRANCA_PRESA_APOS_S),
    ).update(incerta_em=agora, consultar_em=agora, erro=MOTIVO_PRESA)


def _reservar(empresa: Empresa, mudas: set[int | None]) -> Mensagem | None:
    """Take one message whose look-up is due; whoever else looks finds it taken for a while."""
    agora = timezone.now()
    devidas = Mensagem.objects.filter(
        empresa=empresa, status=Mensagem.Status.ENVIANDO, incerta_em__isnull=False, consultar_em__lte=agora
    )
    devidas = devidas.exclude(instancia__in=mudas)
    for mensagem in devidas.select_related("instancia").order_by("consultar_em", "id")[:20]:
        minha = Mensagem.objects.filter(
            pk=mensagem.pk, token=mensagem.token, consultar_em=mensagem.consultar_em
        ).update(consultar_em=agora + timedelta(seconds=_RESERVA_S))
        if minha:
            return mensagem
    return None


def _procurar(mensagem: Mensagem) -> Achada | None:
    if mensagem.instancia is None:
        return None
    primeira = (
        Tentativa.objects.filter(mensagem=mensagem, iniciada_em__isnull=False)
        .order_by("iniciada_em")
        .values_list("iniciada_em", flat=True)
        .first()
    )
    de = min(filter(None, (primeira, mensagem.reclamada_em)))
    return cliente_da(mensagem.instancia).buscar_mensagem_por_referencia(
        numero=mensagem.numero, referencia=referencia_de(mensagem.pk), de=de, ate=timezone.now()
    )


def _concluir(empresa: Empresa, mensagem: Mensagem, achada: Achada | None, resultado: Recuperacao) -> None:
    configuracao = configuracao_da(empresa)
    with transaction.atomic():
        atual = locks.mensagem_com_ciclo(empresa=empresa, mensagem_id=mensagem.pk)
        if atual is None or atual.token != mensagem.token or atual.status != Mensagem.Status.ENVIANDO:
            return
        if achada is not None:
            _achada(atual, achada)
            resultado.achadas += 1
        else:
            _nao_achada(atual, configuracao)
            segura = atual.status == Mensagem.Status.SEGURA
            resultado.seguras += segura
            resultado.devolvidas += not segura
        atual.save()


def _achada(mensagem: Mensagem, achada: Achada) -> None:
    em = achada.enviada_em or timezone.now()
    for campo, valor in campos_de_enviada(em, achada.provider_id, achada.remote_jid).items():
        setattr(mensagem, campo, valor)
    tentativa_anotar(
        mensagem=mensagem, resultado=Tentativa.Resultado.ACHADA, detalhe="Achada no gateway: saiu."
    )


def _nao_achada(mensagem: Mensagem, configuracao: ConfiguracaoCobranca) -> None:
    motivo = f"{mensagem.erro} {MOTIVO_SEM_REGISTRO}".strip()
    tentativa_anotar(mensagem=mensagem, resultado=Tentativa.Resultado.NAO_ACHADA, detalhe=motivo)
    if configuracao.apos_sem_registro == ConfiguracaoCobranca.SemRegistro.HELD:
        segurar(mensagem, motivo)
        return
    mensagem.token = mensagem.incerta_em = mensagem.consultar_em = mensagem.dia_envio = None
    voltar_a_fila(mensagem, motivo=motivo, limite=configuracao.limite_tentativas)


def mensagem_procurar(*, empresa: Empresa, mensagem: Mensagem) -> bool:
    """Look one message up now because a person asks; mark it sent on a hit. Outside any transaction.

    Raises ErroDoGateway when the gateway gives no answer.
    """
    achada = _procurar(mensagem) if mensagem.reclamada_em else None
    if achada is None:
        return False
    return saida_confirmar(
        empresa=empresa,
        mensagem_id=mensagem.pk,
        provider_id=achada.provider_id,
        numero_usado=achada.remote_jid,
        em=achada.enviada_em or timezone.now(),
        detalhe="Achada no gateway a pedido de uma pessoa.",
    )
