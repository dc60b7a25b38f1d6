"""The only place where rows of this app are locked."""

from nucleo.models import ChaveIdempotencia, ImportacaoDeArquivo


def chave_idempotencia_travar(*, chave_id: int) -> ChaveIdempotencia:
    """Lock the record of an `Idempotency-Key`: two identical batches take turns, block by block."""
    return ChaveIdempotencia.objects.select_for_update(no_key=True).get(pk=chave_id)


def importacao_travar(*, importacao: ImportacaoDeArquivo) -> int:
    """Lock an import and return its position now: two runs of one file take turns, block by block.

    Taken before anything that the block's rows need (counters, products).
    """
    linhas = type(importacao)._default_manager.select_for_update(no_key=True)
    # Not the whole row: an import from the office carries its file.
    return linhas.values_list("ate_linha", flat=True).get(empresa=importacao.empresa_id, pk=importacao.pk)
