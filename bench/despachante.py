"""One dispatcher process of the bench: `python -m bench.despachante EMPRESA N`. Waits for a line, then sends."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
os.environ["BANCO_PAPEL"] = "inquilino"

import django

django.setup()

from cobranca.models import Instancia
from cobranca.services.despacho import rodada_da_instancia
from nucleo.escopo import escopo
from nucleo.management.base import empresa_por_slug


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
