"""Hosts must agree on the time: by it a claim is called stuck, a look-up due, a company open."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from nucleo.models import Alerta
from nucleo.services.alertas import alerta_abrir, alerta_resolver

CHAVE: Final = "cobranca.relogio"
MOTIVO: Final = "o relógio deste servidor diverge do relógio do banco"


def relogio_confere() -> bool:
    """Whether this host's clock agrees with the database's, which all hosts share; if not, open an alert.

    A host an hour ahead would take messages in flight elsewhere for stuck and send them again.
    """
    tolerancia = settings.COBRANCA_RELOGIO_TOLERANCIA_S
    if not tolerancia:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        desvio = timezone.now() - cursor.fetchone()[0]
    if abs(desvio) <= timedelta(seconds=tolerancia):
        alerta_resolver(empresa=None, chave=CHAVE)
        return True
    alerta_abrir(
        empresa=None,
        chave=CHAVE,
        severidade=Alerta.Severidade.ERRO,
        titulo="Um servidor com o relógio errado não envia mensagens",
        detalhe=f"Diferença de {desvio.total_seconds():.0f} s para o banco de dados; acerte o relógio (NTP).",
    )
    return False
