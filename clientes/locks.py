"""The only place where rows of this app are locked, in the order of promise C.

The empresa's municipality counter, then the municipalities' counters by IBGE code (those without a
municipality last, by number), then customers by id. Whoever needs the counter takes it first.
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Q

from clientes.models import Cliente, CodigoSequencia, ContadorDeMunicipios
from nucleo.models import Empresa


def contador_de_municipios_travar(*, empresa: Empresa) -> ContadorDeMunicipios:
    """Lock the empresa's municipality counter; its row is made race-free at the first use."""
    _exigir_transacao()
    ContadorDeMunicipios.objects.bulk_create([ContadorDeMunicipios(empresa=empresa)], ignore_conflicts=True)
    return ContadorDeMunicipios.objects.select_for_update(no_key=True).get(empresa=empresa)


def sequencias_travar(
    *, empresa: Empresa, municipios: Collection[int] = (), numeros: Collection[int] = ()
) -> list[CodigoSequencia]:
    """Lock the counters of these municipalities (IBGE) and of these XXXX that exist, in the order."""
    _exigir_transacao()
    linhas = CodigoSequencia.objects.filter(
        Q(municipio_id__in=municipios) | Q(numero_municipio__in=numeros), empresa=empresa
    )
    ordem = (F("municipio_id").asc(nulls_last=True), "numero_municipio")
    return list(linhas.select_for_update(no_key=True).order_by(*ordem))


def cliente_travar(*, empresa: Empresa, cliente_id: int) -> Cliente | None:
    """Lock one customer for a change of its own columns; None where this empresa has no such row."""
    _exigir_transacao()
    return (
        Cliente.objects.select_for_update(no_key=True, of=("self",))
        .select_related("municipio")
        .filter(empresa=empresa, pk=cliente_id)
        .first()
    )


def _exigir_transacao() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Travas só valem dentro de uma transação.")
