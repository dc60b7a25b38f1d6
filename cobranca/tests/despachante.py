"""A dispatcher as a real process of its own, for the tests that kill it.

Times are shortened after the settings were read, because the settings refuse such short ones. With
`--sem-trava` every guard of the claim is taken away: the positive control.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django

TEMPOS = {
    "COBRANCA_RODADA_S": 0.2,
    "COBRANCA_TIMEOUT_S": 1.0,
    "COBRANCA_INCERTA_APOS_S": 3.0,
    "COBRANCA_PRESA_APOS_S": 6.0,
    "COBRANCA_DESCANSO_S": 0.1,
    "COBRANCA_RETENTATIVA_S": 0.2,
    "COBRANCA_VERIFICAR_S": 1.0,
}


def encurtar_tempos() -> None:
    from django.conf import settings

    for nome, valor in TEMPOS.items():
        setattr(settings, nome, valor)


def tirar_as_travas() -> None:
    """The claim without its locks: whoever looks may take, as a naive scheduler does."""
    from django.db.models import QuerySet
    from django.utils import timezone

    from cobranca import locks
    from cobranca.services import orfas

    @contextmanager
    def sempre_minha(*, instancia_id: int) -> Iterator[bool]:
        yield True

    def sem_trava(self: QuerySet[Any], **_: Any) -> QuerySet[Any]:
        return self

    locks.vez_do_remetente = sempre_minha
    orfas.orfas_declarar_incertas = lambda **_: 0
    from cobranca.services import despacho

    marcar = despacho._marcar

    def marcar_depois(mesa: Any, mensagem: Any, agora: Any) -> None:
        # Between its look and its write a naive scheduler gives the others time.
        time.sleep(0.02)
        marcar(mesa, mensagem, timezone.now())

    despacho.orfas_declarar_incertas = lambda **_: 0
    despacho._marcar = marcar_depois
    despacho._parada = lambda mensagem: ""
    QuerySet.select_for_update = sem_trava


def main() -> None:
    django.setup()
    encurtar_tempos()
    if "--sem-trava" in sys.argv:
        tirar_as_travas()
    from django.core.management import call_command

    call_command("despachar_mensagens")


if __name__ == "__main__":
    main()
