"""Messages in flight whose dispatcher died: nobody knows whether they left."""

from django.utils import timezone

from cobranca.models import Instancia, Mensagem
from cobranca.services.registro import primeira_consulta
from nucleo.models import Empresa

MOTIVO = "O envio foi interrompido no meio; será conferido no gateway."


def orfas_declarar_incertas(*, empresa: Empresa, instancia: Instancia) -> int:
    """Mark what is in flight at this sender as uncertain. Only for whoever holds the sender's turn.

    The turn ends with its process, so a message still in flight has nobody left who will record it.
    """
    orfas = Mensagem.objects.filter(
        empresa=empresa, instancia=instancia, status=Mensagem.Status.ENVIANDO, incerta_em=None
    )
    total = 0
    for mensagem in orfas:
        total += Mensagem.objects.filter(pk=mensagem.pk, token=mensagem.token, incerta_em=None).update(
            incerta_em=timezone.now(), consultar_em=primeira_consulta(mensagem), erro=MOTIVO
        )
    return total
