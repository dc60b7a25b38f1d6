"""Payment, cancelling and opt-out against dispatchers in other processes. CORRIDAS=3000 is the long form.

The promise: nothing leaves after a stop that was committed before the claim. The claim's own time is
written by the dispatcher, the stop's by us right after its commit, both by the clock of one machine.
"""

import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from cobranca.models import Mensagem
from cobranca.services import ciclo_cancelar, ciclo_pagar
from cobranca.services.contatos import optout_registrar
from cobranca.tests import caos
from cobranca.tests.factories import ATOR
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.telefones import chave_telefone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concorrencia]
CORRIDAS = int(os.environ.get("CORRIDAS", "150"))


def _parar(empresa: Empresa, numero: int) -> None:
    """One of the three stops, by turns."""
    identificador = f"FAT-{numero:06d}"
    if numero % 3 == 0:
        ciclo_pagar(empresa=empresa, ator=ATOR, external_billing_id=identificador)
    elif numero % 3 == 1:
        ciclo_cancelar(empresa=empresa, ator=ATOR, external_billing_id=identificador)
    else:
        chave = chave_telefone(f"119{80_000_000 + numero}") or ""
        optout_registrar(empresa=empresa, ator=ATOR, chave_fone=chave, motivo="SAIR")


def _correr(
    empresa: Empresa, pasta: Path, corridas: int, *opcoes: str, demora_s: float = 0
) -> dict[str, datetime]:
    """Let dispatchers send while every ciclo is stopped, in the order in which they send; when each was."""
    paradas: dict[str, datetime] = {}
    with caos.simulador(pasta) as url:
        caos.preparar(empresa, url=url, mensagens=corridas, remetentes=2, apos_sem_registro="held")
        if demora_s:
            lento = {"modo": "lento", "segundos": demora_s}
            httpx.post(f"{url}/_simulador/modo", json=lento).raise_for_status()
        equipe = caos.Despachantes(2, *opcoes)
        try:
            caos.esperar(_uma_saiu)
            with escopo(empresa):
                for numero in _ordem(corridas):
                    _parar(empresa, numero)
                    paradas[f"FAT-{numero:06d}"] = datetime.now(UTC)
            time.sleep(1)
        finally:
            equipe.parar()
    return paradas


def _ordem(corridas: int) -> list[int]:
    """Roughly that of the queue, so that stop and claim meet."""
    sorte = random.Random(5)
    return sorted(range(corridas), key=lambda numero: numero + sorte.uniform(-20, 20))


def _uma_saiu() -> bool:
    return Mensagem.objects.filter(status="sent").exists()


def _depois_da_parada(paradas: dict[str, datetime]) -> list[str]:
    """Reminders whose claim came after their stop was committed, and that left all the same."""
    saidas = Mensagem.objects.filter(tipo="lembrete", status="sent").values_list(
        "ciclo__external_billing_id", "reclamada_em"
    )
    return [quem for quem, quando in saidas if quando > paradas[quem]]


def test_nothing_leaves_after_a_stop_that_was_committed_before_the_claim(
    empresa: Empresa, tmp_path: Path
) -> None:
    paradas = _correr(empresa, tmp_path, CORRIDAS)
    assert _depois_da_parada(paradas) == []
    lembretes = Mensagem.objects.filter(tipo="lembrete")
    finais = set(lembretes.values_list("status", flat=True)) - {"superseded", "sending"}
    assert finais == {"sent", "cancelled"}, "a corrida teve os dois fins"


def test_without_the_claims_lock_something_leaves_after_its_stop(empresa: Empresa, tmp_path: Path) -> None:
    """The positive control: the same comparison finds the fault once the lock is gone."""
    paradas = _correr(empresa, tmp_path, 90, "--sem-trava")
    assert _depois_da_parada(paradas) != []


def test_taking_what_was_read_ahead_unasked_lets_something_leave_after_its_stop(
    empresa: Empresa, tmp_path: Path
) -> None:
    """The positive control of the one-statement claim: the versions of its rows are what stops it.

    The gateway takes its time, so that the stops overtake what was read ahead and has not left yet.
    """
    paradas = _correr(empresa, tmp_path, 90, "--sem-conferir", demora_s=0.05)
    assert _depois_da_parada(paradas) != []
