"""The parts of `make run`, in the order in which they start; they stop in the reverse order."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from config.ambiente import RAIZ
from config.preflight.maquina import hospedeiro, porta


@dataclass(frozen=True)
class Parte:
    """A program that the supervisor keeps running."""

    nome: str
    comando: list[str]
    ambiente: dict[str, str] = field(default_factory=dict)
    # How long it may take to finish what it is doing when asked to stop.
    paciencia_s: float = 12
    # runserver's reloader does not pass the signal on to its child.
    sinal_ao_grupo: bool = False


def partes(*, dev: bool, metricas: Path) -> list[Parte]:
    """Every part there is a program for."""
    lista = [_worker(metricas), _beat(), _web_dev() if dev else _web(metricas)]
    if tem_comando("simular_evolution"):
        lista.insert(0, _simulador())
    return lista


def tem_comando(nome: str) -> bool:
    """Whether one of our apps brings this management command."""
    return any(RAIZ.glob(f"*/management/commands/{nome}.py"))


def manage(*argumentos: str) -> list[str]:
    """Command line of a `manage.py` command under this very Python."""
    return [sys.executable, str(RAIZ / "manage.py"), *argumentos]


def _simulador() -> Parte:
    return Parte("simulador", manage("simular_evolution", "--port", str(porta("SIMULADOR_PORT", 8090))))


def _worker(metricas: Path) -> Parte:
    concorrencia = os.environ.get("CELERY_CONCURRENCY") or "4"
    opcoes = [
        "worker",
        "--loglevel=INFO",
        "--concurrency",
        concorrencia,
        "--without-gossip",
        "--without-mingle",
    ]
    ambiente = {
        "PROMETHEUS_MULTIPROC_DIR": str(metricas),
        # Seven lines at each start of a root run, about pickle, which we do not accept.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
    }
    return Parte("worker", _celery(*opcoes), ambiente, paciencia_s=15)


def _beat() -> Parte:
    return Parte("beat", _celery("beat", "--loglevel=INFO", "--pidfile="))


def _celery(*opcoes: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "config.celery:app", "--quiet", *opcoes]


def _web(metricas: Path) -> Parte:
    comando = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:config.gunicorn",
        "config.wsgi:application",
    ]
    return Parte("web", comando, {"PROMETHEUS_MULTIPROC_DIR": str(metricas)})


def _web_dev() -> Parte:
    endereco = f"{hospedeiro()}:{porta('PORT', 8000)}"
    return Parte(
        "web", manage("runserver", endereco), {"DJANGO_DEBUG": "1"}, paciencia_s=5, sinal_ao_grupo=True
    )
