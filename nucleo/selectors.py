"""Reads that every app's pages need."""

from django.db.models import Model, QuerySet

from nucleo.models import Empresa, RegistroAuditoria


def historico_de(*, empresa: Empresa, objeto: Model) -> QuerySet[RegistroAuditoria]:
    """Return who did what with this row in this empresa, newest first."""
    return RegistroAuditoria.objects.filter(
        empresa=empresa, objeto_tipo=objeto._meta.label_lower, objeto_id=str(objeto.pk)
    ).order_by("-quando", "-id")
