"""Metrics are the installation's, not one process's: the same totals whichever worker answers."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from config.tests.servidor import gunicorn
from nucleo.tests.processos import RAIZ, ambiente

PEDIDOS = 40


def _total(texto: str, nome: str) -> float:
    return sum(float(valor) for valor in re.findall(rf"^{nome}(?:{{[^}}]*}})? (\S+)$", texto, re.M))


@pytest.mark.django_db(transaction=True)
def test_os_totais_sao_os_mesmos_de_qualquer_processo(tmp_path: Path) -> None:
    with gunicorn(PROMETHEUS_MULTIPROC_DIR=str(tmp_path)) as servidor:
        for _ in range(PEDIDOS):
            # A connection each: they spread over the workers.
            assert httpx.get(f"{servidor}/health/live").status_code == 200
        lidos = [
            _total(
                httpx.get(f"{servidor}/metrics").text,
                "django_http_requests_total_by_view_transport_method_total",
            )
            for _ in range(6)
        ]
    # The readings count themselves as well, once each is over; nothing is ever lost in between.
    assert [depois - antes for antes, depois in itertools.pairwise(lidos)] == [1] * 5
    assert lidos[0] >= PEDIDOS
    processos = {arquivo.name for arquivo in tmp_path.glob("counter_*.db")}
    assert len(processos) >= 2


@pytest.mark.django_db(transaction=True)
def test_o_worker_do_celery_conta_na_mesma_pasta(tmp_path: Path) -> None:
    """What a task counts in its own process is read by the web."""
    with gunicorn(PROMETHEUS_MULTIPROC_DIR=str(tmp_path)) as servidor:
        roteiro = (
            "import django; django.setup()\n"
            "from config.celery import app\n"
            "from nucleo.tasks import bater_pulso\n"
            "bater_pulso.apply()\n"
        )
        variaveis = ambiente("inquilino", PROMETHEUS_MULTIPROC_DIR=str(tmp_path))
        subprocess.run([sys.executable, "-c", roteiro], cwd=RAIZ, env=variaveis, check=True)
        texto = httpx.get(f"{servidor}/metrics").text
    assert 'backoffice_tarefas_total{estado="SUCCESS",tarefa="nucleo.tasks.bater_pulso"} 1.0' in texto
