"""The base of every business row: it belongs to exactly one empresa."""

from typing import Any

from django.db import models


class ChaveInquilino(models.ForeignKey):
    """A reference between two rows of one empresa.

    The database holds it with a composite key `(empresa_id, x_id)`, written by
    `nucleo.parede.erguer_parede`; Django's own single-column constraint would accept another
    empresa's id, so it is not created.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete=on_delete, **kwargs)


class ModeloDaEmpresa(models.Model):
    """A row of one empresa; its table stands behind the tenant wall."""

    # The unique key (empresa_id, id) and every useful index start with empresa_id already.
    empresa = models.ForeignKey(
        "nucleo.Empresa", models.PROTECT, related_name="+", db_index=False, editable=False
    )

    class Meta:
        abstract = True
