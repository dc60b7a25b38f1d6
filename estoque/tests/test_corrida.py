"""Real processes write, fold, rebuild and die: at every moment the figures equal recomputation.

`ESTOQUE_FUZZ_S` makes the run longer (seconds).
"""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from estoque import services
from estoque.models import CacheUpdateLog, CarteiraPrincipal, EstadoCache, MovimentacaoEstoque
from estoque.selectors.validacao import FONTES, divergencias
from estoque.tests.ingenuo import conservada
from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.tests.processos import RAIZ, ambiente

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concorrencia]
SEGUNDOS = float(os.environ.get("ESTOQUE_FUZZ_S", "4"))
PAPEIS = ("escritor", "escritor", "bruto", "dobrador", "dobrador", "construtor")
ATOR = Ator("teste")


def _largar(papel: str, empresa: Empresa, semente: int) -> subprocess.Popen[str]:
    processo = subprocess.Popen(
        [sys.executable, "-m", "estoque.tests.corrida", papel, str(empresa.pk), str(semente)],
        cwd=RAIZ,
        env=ambiente(papel="dono" if papel == "bruto" else "inquilino", LOG_NIVEL="ERROR"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    processo.papel = papel  # type: ignore[attr-defined]
    return processo


def _esperar_prontos(processos: list[subprocess.Popen[str]]) -> None:
    for processo in processos:
        assert processo.stdout is not None
        assert processo.stdout.readline() == "pronto\n"


def _parar(processos: list[subprocess.Popen[str]]) -> list[str]:
    for processo in processos:
        assert processo.stdin is not None
        processo.stdin.close()
        processo.stdin = None
    saidas = [p.communicate(timeout=60)[0] for p in processos]
    return [linha for saida in saidas for linha in saida.splitlines() if linha.startswith("erro")]


def _produtos(empresa: Empresa) -> None:
    with escopo(empresa):
        for n in range(6):
            services.produto_criar(empresa=empresa, ator=ATOR, cod_produto=f"C{n}", nome="Corrida")


def _divergem(empresa: Empresa) -> list[object]:
    with escopo(empresa):
        return list(divergencias(empresa=empresa))


def test_writers_folders_and_rebuilders_that_die_leave_every_figure_exact(empresa: Empresa) -> None:
    _produtos(empresa)
    sorte = random.Random(int(os.environ.get("ESTOQUE_FUZZ_SEMENTE", "4")))
    processos = [_largar(papel, empresa, n) for n, papel in enumerate(PAPEIS)]
    _esperar_prontos(processos)
    ate, conferidas, mortos = time.monotonic() + SEGUNDOS, 0, 0
    while time.monotonic() < ate or conferidas <= 8:
        assert _divergem(empresa) == []
        conferidas += 1
        if conferidas % 8 == 0:
            vitima = sorte.randrange(len(processos))
            processos[vitima].send_signal(signal.SIGKILL)
            processos[vitima].communicate()
            mortos += 1
            processos[vitima] = _largar(processos[vitima].papel, empresa, 100 + mortos)
            _esperar_prontos([processos[vitima]])
    assert _parar(processos) == []
    assert _divergem(empresa) == []
    assert mortos >= 1
    assert MovimentacaoEstoque.objects.count() > 50
    with escopo(empresa):
        services.cache_varrer(empresa=empresa)
        services.cache_varrer(empresa=empresa)
        assert not EstadoCache.objects.exists()
        assert not CacheUpdateLog.objects.exists()
    assert _divergem(empresa) == []
    assert all(conservada(linha) for linha in CarteiraPrincipal.objects.order_by("?")[:20])


def test_with_the_triggers_off_the_same_race_is_caught(empresa: Empresa) -> None:
    """Positive control: without deltas the comparison must find differences."""
    _produtos(empresa)
    _triggers("DISABLE")
    try:
        processos = [_largar(papel, empresa, n) for n, papel in enumerate(("escritor", "escritor"))]
        _esperar_prontos(processos)
        ate = time.monotonic() + 20
        while not (achadas := _divergem(empresa)) and time.monotonic() < ate:
            pass
        _parar(processos)
    finally:
        _triggers("ENABLE")
    assert achadas


def _triggers(acao: str) -> None:
    with connection.cursor() as cursor:
        for tabela in FONTES:
            cursor.execute(f"ALTER TABLE {tabela} {acao} TRIGGER USER")
