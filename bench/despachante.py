"""One dispatcher process of the bench: waits for a line, then serves one sender."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
os.environ["BANCO_PAPEL"] = "inquilino"

import django

django.setup()

from cobranca.models import Instancia  # noqa: E402
from cobranca.services.despacho import rodada_da_instancia  # noqa: E402
from nucleo.escopo import escopo  # noqa: E402
from nucleo.management.base import empresa_por_slug  # noqa: E402


def main() -> None:
    """Serve one sender until its empresa has nothing left."""
    empresa = empresa_por_slug(sys.argv[1])
    with escopo(empresa):
        instancia = Instancia.objects.get(empresa=empresa, nome=f"{sys.argv[1]}-{sys.argv[2]}")
        print("pronto", flush=True)
        sys.stdin.readline()
        while rodada_da_instancia(empresa=empresa, instancia=instancia, prazo_s=600).enviadas:
            pass


if __name__ == "__main__":
    main()
