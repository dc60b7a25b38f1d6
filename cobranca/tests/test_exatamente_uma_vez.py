"""Each message leaves exactly once, whatever dies. `make chaos` runs the long form (CAOS_MENSAGENS=2000)."""

import os
import random
import time
from pathlib import Path

import httpx
import pytest

from cobranca.models import Mensagem
from cobranca.tests import caos
from nucleo.models import Empresa

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concorrencia]
MENSAGENS = int(os.environ.get("CAOS_MENSAGENS", "60"))
DESPACHANTES = 3


def _tempestade(url: str, equipe: caos.Despachantes, *, semente: int, trocas: int, pausa_s: float) -> None:
    """Change the gateway's fault again and again; kill dispatchers and connections meanwhile."""
    sorte = random.Random(semente)
    for volta in range(trocas):
        falha = caos.FALHAS[volta % len(caos.FALHAS)]
        httpx.post(f"{url}/_simulador/modo", json={**falha, "semente": semente}).raise_for_status()
        time.sleep(pausa_s)
        if volta % 2:
            equipe.matar_um(sorte)
        if volta % 5 == 4:
            caos.derrubar_conexoes()
    httpx.post(f"{url}/_simulador/modo", json={"modo": "ok"}).raise_for_status()


def _rodar(empresa: Empresa, pasta: Path, apos_sem_registro: str, semente: int) -> None:
    with caos.simulador(pasta) as url:
        caos.preparar(
            empresa, url=url, mensagens=MENSAGENS, remetentes=2, apos_sem_registro=apos_sem_registro
        )
        equipe = caos.Despachantes(DESPACHANTES)
        try:
            _tempestade(url, equipe, semente=semente, trocas=9 * max(1, MENSAGENS // 300), pausa_s=0.5)
            caos.assentar(60 + MENSAGENS / 10)
        finally:
            equipe.parar()


def test_every_message_leaves_exactly_once_or_is_held_whatever_dies(empresa: Empresa, tmp_path: Path) -> None:
    _rodar(empresa, tmp_path, "held", semente=7)
    total, _ = caos.saidas(tmp_path)
    por_status = caos.referencias_por_status()
    enviadas, seguras = por_status.pop("sent", set()), por_status.pop("held", set())
    assert por_status == {}
    assert len(enviadas) + len(seguras) == MENSAGENS
    assert {referencia for referencia, vezes in total.items() if vezes > 1} == set()
    assert enviadas <= set(total)
    assert set(total) <= enviadas | seguras
    assert not Mensagem.objects.filter(status="held", erro="").exists()


def test_with_the_default_only_what_the_gateway_did_not_store_leaves_twice(
    empresa: Empresa, tmp_path: Path
) -> None:
    _rodar(empresa, tmp_path, "pending", semente=11)
    total, guardadas = caos.saidas(tmp_path)
    por_status = caos.referencias_por_status()
    enviadas, seguras = por_status.pop("sent", set()), por_status.pop("held", set())
    assert por_status == {}
    assert len(enviadas) + len(seguras) == MENSAGENS
    assert {guardadas[r] for r in enviadas} == {1}
    assert {guardadas[r] for r in seguras} <= {0}
    repetidas = sum(vezes - 1 for vezes in total.values())
    # Of a message that is held because the gateway said so, the last one it did not store is no double.
    nao_guardadas = sum(vezes - guardadas[r] for r, vezes in total.items())
    assert repetidas == nao_guardadas - len(seguras & set(total))


def test_without_the_claims_locks_messages_leave_twice(empresa: Empresa, tmp_path: Path) -> None:
    """The positive control: the same books show duplicates once the locks are gone."""
    with caos.simulador(tmp_path) as url:
        caos.preparar(empresa, url=url, mensagens=60, remetentes=1, apos_sem_registro="held")
        httpx.post(f"{url}/_simulador/modo", json={"modo": "lento", "segundos": 0.05}).raise_for_status()
        equipe = caos.Despachantes(DESPACHANTES, "--sem-trava")
        try:
            caos.esperar(lambda: bool(_repetidas(tmp_path)))
        finally:
            equipe.parar()
    assert _repetidas(tmp_path)


def _repetidas(pasta: Path) -> set[str]:
    return {referencia for referencia, vezes in caos.saidas(pasta)[0].items() if vezes > 1}
