"""Messages in flight that nobody will record: their dispatcher died, or their gateway was replaced."""

from typing import Final

from django.utils import timezone

from cobranca import locks
from cobranca.models import Instancia, Mensagem, Tentativa
from cobranca.services.registro import primeira_consulta, segurar, tentativa_anotar
from nucleo.models import Empresa

MOTIVO: Final = "O envio foi interrompido no meio; será conferido no gateway."
MOTIVO_ENDERECO: Final = "O endereço da instância mudou durante o envio: não há onde conferir se saiu."


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


def em_envio_segurar(*, empresa: Empresa, instancia: Instancia) -> int:
    """Hold what is under way at a sender, in the caller's transaction; return how many.

    Locks each ciclo, then its message. An answer that still comes proves that it left and settles it.
    """
    em_envio = Mensagem.objects.filter(
        empresa=empresa, instancia=instancia, status=Mensagem.Status.ENVIANDO
    ).order_by("ciclo_id", "id")
    total = 0
    for pk in list(em_envio.values_list("pk", flat=True)):
        mensagem = locks.mensagem_com_ciclo(empresa=empresa, mensagem_id=pk)
        if mensagem is not None and mensagem.status == Mensagem.Status.ENVIANDO:
            segurar(mensagem, MOTIVO_ENDERECO)
            mensagem.save()
            tentativa_anotar(
                mensagem=mensagem, resultado=Tentativa.Resultado.INCERTA, detalhe=MOTIVO_ENDERECO
            )
            total += 1
    return total
