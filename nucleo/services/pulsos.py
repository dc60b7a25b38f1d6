"""Signs of life, in the database: Redis and beat may be the very thing that died."""

from django.utils import timezone

from nucleo.models import Pulso


def pulso_bater(*, nome: str, detalhe: str = "") -> None:
    """Record that the part `nome` is alive now. One upsert, no lock held."""
    Pulso.objects.bulk_create(
        [Pulso(nome=nome, em=timezone.now(), detalhe=detalhe)],
        update_conflicts=True,
        unique_fields=["nome"],
        update_fields=["em", "detalhe"],
    )
