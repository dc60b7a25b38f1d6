"""Forgetting old answers given under an `Idempotency-Key`."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from nucleo.escopo import visao_do_dono
from nucleo.models import ChaveIdempotencia


def chaves_idempotencia_limpar() -> int:
    """Forget the answers older than IDEMPOTENCIA_DIAS, of all companies; return how many.

    They hold people's data, and nobody repeats a request after that long. Must be called outside any
    transaction. Idempotent.
    """
    limite = timezone.now() - timedelta(days=settings.IDEMPOTENCIA_DIAS)
    with visao_do_dono("limpar respostas antigas a Idempotency-Key de todas as empresas"):
        apagadas, _ = ChaveIdempotencia.objects.filter(criada_em__lt=limite).delete()
    return apagadas
