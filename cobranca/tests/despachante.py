"""A dispatcher as a real process of its own, for the tests that kill it.

Times are shortened after the settings were read, because the settings refuse such short ones. With
`--sem-trava` every guard of the claim is taken away, with `--sem-conferir` a message read ahead is taken as
it was read: the positive controls. With `--parar=antes` (or
`depois`) it stops itself once, before (or after) its last look, and does one round only; `--sem-prazo`
takes away what keeps one that wakes up late from calling.
"""

import dataclasses
import os
import signal
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
    from cobranca.models import Mensagem
    from cobranca.services import orfas

    @contextmanager
    def sempre_minha(*, instancia_id: int) -> Iterator[bool]:
        yield True

    def sem_trava(self: QuerySet[Any], **_: Any) -> QuerySet[Any]:
        return self

    locks.vez_do_remetente = sempre_minha
    orfas.orfas_declarar_incertas = lambda **_: 0
    from cobranca.services import despacho, reclamacao

    marcar = reclamacao._marcar

    def marcar_depois(mesa: Any, mensagem: Any, instante: Any) -> Any:
        # Between its look and its write a naive scheduler gives the others time: to look too, or to stop it.
        for _ in range(10):
            time.sleep(0.02)
            if reclamacao.motivo_de_parada(
                Mensagem.objects.select_related("ciclo__contato").get(pk=mensagem.pk)
            ):
                time.sleep(0.05)
                break
        return marcar(mesa, mensagem, dataclasses.replace(instante, agora=timezone.now()))

    despacho.orfas_declarar_incertas = lambda **_: 0
    reclamacao._proxima_lida = lambda mesa, instante: None
    reclamacao._marcar = marcar_depois
    despacho._parada = lambda mensagem: ""
    despacho._tarde_demais = lambda mesa: ""
    QuerySet.select_for_update = sem_trava


def tirar_a_conferencia() -> None:
    """The claim of what was read ahead, without asking whether anything has changed since."""
    from cobranca.services import despacho, reclamacao

    class ComoFoiLida:
        def linha(self, **valores: Any) -> Any:
            return reclamacao._TOMAR.linha(**valores)

    reclamacao._TOMAR_SE_IGUAL = ComoFoiLida()
    despacho._parada = lambda mensagem: ""


def parar_no_meio(onde: str) -> None:
    """SIGSTOP between the claim and the call, as a frozen container or a swapping host does."""
    from cobranca.services import despacho

    olhar, paradas = despacho._parada, []

    def parada(mensagem: Any) -> str:
        if onde == "antes" and not paradas:
            paradas.append(mensagem.pk)
            os.kill(os.getpid(), signal.SIGSTOP)
        motivo = olhar(mensagem)
        if onde == "depois" and not paradas:
            paradas.append(mensagem.pk)
            os.kill(os.getpid(), signal.SIGSTOP)
        return motivo

    despacho._parada = parada


def tirar_o_prazo() -> None:
    from cobranca.gateway import Cliente
    from cobranca.services import despacho

    enviar = Cliente.enviar_texto

    def sem_prazo(self: Any, *, numero: str, texto: str, ate: float) -> Any:
        return enviar(self, numero=numero, texto=texto)

    despacho._tarde_demais = lambda mesa: ""
    despacho._parada = lambda mensagem: ""
    Cliente.enviar_texto = sem_prazo


def main() -> None:
    django.setup()
    encurtar_tempos()
    if "--sem-trava" in sys.argv:
        tirar_as_travas()
    if "--sem-conferir" in sys.argv:
        tirar_a_conferencia()
    if "--sem-prazo" in sys.argv:
        tirar_o_prazo()
    parar = next((a.partition("=")[2] for a in sys.argv if a.startswith("--parar=")), "")
    if parar:
        parar_no_meio(parar)
    from django.core.management import call_command

    call_command("despachar_mensagens", uma_vez=bool(parar))


if __name__ == "__main__":
    main()
