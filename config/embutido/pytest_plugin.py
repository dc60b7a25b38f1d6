"""Gives the test suite servers of its own, before pytest-django reads the settings.

Named in pytest.ini (`-p config.embutido.pytest_plugin`), so a plain `pytest path` has them as well. The data
lie in `.dados-teste` (DADOS_DIR_TESTE), never in those of `make run`. With DATABASE_URL and REDIS_URL in the
environment the suite uses those servers.
"""

import os
import sys
from pathlib import Path

import pytest

from config import ambiente
from config.embutido import ErroDeInicio, garantir, travas
from config.embutido.pastas import Pastas

_BANCOS_POR_SUITE = 8
_SUITES = 8
_vaga: list[int] = []
_rodados: dict[str, int] = {}


def _preparar() -> None:
    trabalhador = os.environ.get("PYTEST_XDIST_WORKER", "")
    if trabalhador:
        # The controller holds the servers; each worker takes a Redis database of its own.
        _escolher_banco_redis(int(os.environ["SUITE_VAGA"]), 1 + int(trabalhador.removeprefix("gw")))
        return
    ambiente.ler_arquivo_env()
    raiz = (ambiente.RAIZ / (os.environ.get("DADOS_DIR_TESTE") or ".dados-teste")).resolve()
    # Whatever a test writes below DADOS_DIR must not reach the data of `make run`.
    os.environ["DADOS_DIR"] = str(raiz)
    do_ambiente = {nome for nome in ("DATABASE_URL", "REDIS_URL") if os.environ.get(nome)}
    garantir(Pastas(raiz, descartavel=True, sem_fsync=True))
    numero = _ocupar_vaga(raiz)
    os.environ["SUITE_VAGA"] = str(numero)
    os.environ["SUITE_REDIS_EMBUTIDO"] = "" if "REDIS_URL" in do_ambiente else "1"
    if "DATABASE_URL" not in do_ambiente and numero:
        # A second suite of this folder, at the same time: a database of its own.
        os.environ["DATABASE_URL"] = os.environ["DATABASE_URL"].replace(
            "/backoffice?", f"/backoffice_{numero}?"
        )
    _escolher_banco_redis(numero, 0)


def _ocupar_vaga(raiz: Path) -> int:
    """The first suite of this folder gets 0, another one beside it 1, and so on; the kernel frees them."""
    raiz.mkdir(parents=True, exist_ok=True)
    for numero in range(_SUITES):
        descritor = travas.abrir(raiz / f"suite-{numero}.trava")
        if travas.tentar(descritor):
            _vaga.append(descritor)
            return numero
        os.close(descritor)
    raise ErroDeInicio(f"Já há {_SUITES} suítes de teste rodando em {raiz}. Espere uma terminar.")


def _escolher_banco_redis(suite: int, trabalhador: int) -> None:
    if os.environ.get("SUITE_REDIS_EMBUTIDO"):
        numero = suite * _BANCOS_POR_SUITE + trabalhador % _BANCOS_POR_SUITE
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rpartition("?")[0] + f"?db={numero}"


def _exigidas() -> list[str]:
    """Marks of which at least one test must have run (`SUITE_EXIGE`, set by the CI)."""
    return os.environ.get("SUITE_EXIGE", "").split()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    for marca in _exigidas():
        if report.when == "call" and marca in report.keywords and not report.skipped:
            _rodados[marca] = _rodados.get(marca, 0) + 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A suite that could not run its race or browser tests is a failure, not a quick success."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return
    for marca in _exigidas():
        if not _rodados.get(marca):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for marca in _exigidas():
        if not _rodados.get(marca):
            terminalreporter.write_line(
                f"ERRO: nenhum teste '{marca}' rodou; a suíte não está completa", red=True
            )


try:
    _preparar()
except ErroDeInicio as erro:
    ambiente.falhar(erro)
    sys.exit(1)
