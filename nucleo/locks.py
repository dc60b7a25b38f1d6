"""The only place where rows of this app are locked."""

from nucleo.models import ChaveIdempotencia


def chave_idempotencia_travar(*, chave_id: int) -> ChaveIdempotencia:
    """Lock the record of an `Idempotency-Key`: two identical batches take turns, block by block."""
    return ChaveIdempotencia.objects.select_for_update(no_key=True).get(pk=chave_id)
