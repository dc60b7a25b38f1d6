"""A creator in a process of its own: what all of them have in common.

Reads its order from stdin (one JSON line), says ready, waits for the gun, works, reports its seconds.
`arma` is whose numbers it takes: ours, django-sequences' (in the same service), or raw SQL (no service).
"""

import gc
import json
import os
import sys
from collections.abc import Callable
from typing import Any

# The rivals' environment holds psycopg 3, which Django would silently prefer: all arms use psycopg2.
sys.modules["psycopg"] = None  # type: ignore[assignment]


def preparar(pedido: dict[str, Any]) -> None:
    """Set Django up; for the rival its package is found behind everything of ours."""
    os.environ.update({"BANCO_PAPEL": "inquilino", "LOG_NIVEL": "ERROR"})
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.local"
    from django.conf import settings

    if pedido["arma"] == "sequences":
        sys.path.append(pedido["rivais"])
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "sequences"]
    import django

    django.setup()


def correr(criar: Callable[[dict[str, Any]], float], usar_django_sequences: Callable[[], None]) -> None:
    """Follow the protocol: `criar` waits for the gun itself, behind its own preparations."""
    pedido = json.loads(sys.stdin.readline())
    preparar(pedido)
    if pedido["arma"] == "sequences":
        usar_django_sequences()
    print("pronto", flush=True)
    print(criar(pedido), flush=True)


def ao_sinal() -> None:
    """Wait for the gun with nothing left of starting: a collection over it takes as long as ten inserts."""
    gc.collect()
    gc.freeze()
    sys.stdin.readline()
