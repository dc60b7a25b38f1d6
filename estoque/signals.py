"""News of the stock, heard by the fold."""

from django.dispatch import Signal

# Rows of these products were written in bulk, where Django sends no post_save. Sent inside the writing
# transaction. Arguments: empresa_id, produto_ids.
produtos_mudaram = Signal()
