"""Stopping what has not left."""

from collections.abc import Sequence

from django.db.models import QuerySet

from cobranca.models import Ciclo, Mensagem
from nucleo.models import Empresa


def mensagens_parar(
    *, empresa: Empresa, ciclos: Sequence[Ciclo], motivo: str, status: str = Mensagem.Status.CANCELADA
) -> int:
    """Cancel whatever of these ciclos is planned or held; return how many messages.

    The caller holds the ciclos' locks, so no claim is under way: a message is either stopped here or was
    claimed before, and then looks at its ciclo once more right before the call. The answer that an opt-out
    still gets is nobody's reminder: whoever asks twice is told once, not never.
    """
    paraveis: QuerySet[Mensagem] = Mensagem.objects.filter(
        empresa=empresa,
        ciclo__in=[ciclo.pk for ciclo in ciclos],
        status__in=(Mensagem.Status.PENDENTE, Mensagem.Status.SEGURA),
    ).exclude(tipo=Mensagem.Tipo.CONFIRMACAO)
    return paraveis.update(status=status, erro=motivo[:300], token=None)
