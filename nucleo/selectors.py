"""Reads that every app's pages need."""

from functools import cache

from django.db.models import Model, QuerySet

from nucleo.models import ChaveApi, Empresa, RegistroAuditoria
from nucleo.preparadas import ConsultaPreparada


def historico_de(*, empresa: Empresa, objeto: Model) -> QuerySet[RegistroAuditoria]:
    """Return who did what with this row in this empresa, newest first."""
    return RegistroAuditoria.objects.filter(
        empresa=empresa, objeto_tipo=objeto._meta.label_lower, objeto_id=str(objeto.pk)
    ).order_by("-quando", "-id")


def chave_em_uso(chave_id: int) -> ChaveApi | None:
    """Return a key of the scope's empresa, with its empresa and perfil: every call of the API asks for it."""
    achadas = _chave_com_empresa().objetos(chave=chave_id)
    return achadas[0] if achadas else None


@cache
def _chave_com_empresa() -> ConsultaPreparada:
    sentinela = 1_000_000_007
    consulta = ChaveApi.objects.select_related("empresa", "perfil").filter(pk=sentinela)
    return ConsultaPreparada("nucleo_chave_em_uso", consulta, {"chave": sentinela}, {"chave": "bigint"})
