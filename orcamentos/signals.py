"""News of the quotes that higher apps hear, in the same transaction."""

from django.dispatch import Signal

# A quote was approved and its products are in the carteira. Arguments: orcamento, ator.
orcamento_aprovado = Signal()
