"""News that lower apps announce and higher apps hear, in the same transaction."""

from django.dispatch import Signal

# A new empresa exists; receivers add their defaults. Sent inside its creating transaction, in
# the owner's view, so receivers name the empresa themselves. Arguments: empresa.
empresa_criada = Signal()
