"""What happens around migrations: the municipalities are reference data that every database has."""

from typing import Any

from django.db.models.signals import post_migrate

from clientes.services.municipios import municipios_carregar


def carregar_municipios(apps: Any = None, **_: Any) -> None:
    """After `migrate` (and after a test's flush) the table is in line with the data file."""
    try:
        if apps is not None:
            apps.get_model("clientes", "Municipio")
    except LookupError:
        return
    municipios_carregar()


def conectar(remetente: Any) -> None:
    """Connect once per process (called by the app's `ready`)."""
    post_migrate.connect(carregar_municipios, sender=remetente, dispatch_uid="clientes.municipios")
