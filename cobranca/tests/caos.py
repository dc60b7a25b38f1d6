"""Dispatchers that die and a gateway that lies, until everything is settled; then the books are compared."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg2
from django.db import connection

from cobranca.models import ConfiguracaoCobranca, Mensagem
from cobranca.services.lote import ciclos_criar_lote
from cobranca.services.referencias import referencia_de
from cobranca.tests.factories import ATOR, dados, nova_instancia
from nucleo.escopo import escopo
from nucleo.models import Empresa

RAIZ = Path(__file__).resolve().parents[2]
FALHAS: list[dict[str, Any]] = [
    {"modo": "ok"},
    {"modo": "offline"},
    {"modo": "desconectada"},
    {"modo": "lento", "segundos": 1.6, "fracao": 0.3},
    {"modo": "erro_antes", "fracao": 0.3},
    {"modo": "erro_antes", "erro": "queda", "fracao": 0.3},
    {"modo": "erro_antes", "erro": "proxy", "fracao": 0.3},
    {"modo": "erro_depois", "fracao": 0.3},
    {"modo": "erro_depois_sem_registro", "fracao": 0.2},
]


def ambiente() -> dict[str, str]:
    """The environment of a child that works on the test database as `inquilino`; it has no Redis at all."""
    c = connection.settings_dict
    host, porta = c["HOST"], c["PORT"]
    autoridade = f"{quote(c['USER'] or '')}:{quote(c['PASSWORD'] or '')}@"
    onde = f"{quote(host, safe='')}:{porta}" if porta else quote(host, safe="")
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{autoridade}{onde}/{c['NAME']}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "BANCO_PAPEL": "inquilino",
        "DJANGO_SETTINGS_MODULE": "config.settings.teste",
        "LOG_NIVEL": "ERROR",
    }


def porta_livre() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def simulador(pasta: Path) -> Iterator[str]:
    """The simulated gateway in a process of its own, with its journal in `pasta`."""
    porta = porta_livre()
    url = f"http://127.0.0.1:{porta}"
    processo = subprocess.Popen(
        [sys.executable, "-m", "cobranca.simulador", "--port", str(porta), "--dados", str(pasta)], cwd=RAIZ
    )
    try:
        _esperar_de_pe(url)
        yield url
    finally:
        processo.kill()
        processo.wait()


def _esperar_de_pe(url: str) -> None:
    for _ in range(200):
        try:
            httpx.post(f"{url}/_simulador/config", json={"eventos": False})
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("o simulador não subiu")


def despachante(*opcoes: str) -> subprocess.Popen[bytes]:
    """One dispatcher process on the test database."""
    comando = [sys.executable, "-m", "cobranca.tests.despachante", *opcoes]
    return subprocess.Popen(comando, cwd=RAIZ, env=ambiente(), stdout=subprocess.DEVNULL)


def esperar(pronto: Callable[[], bool], prazo_s: float = 60) -> None:
    """Wait until something is so; a condition, never a guess of how long it takes."""
    fim = time.monotonic() + prazo_s
    while not pronto():
        if time.monotonic() > fim:
            raise TimeoutError("a condição esperada não veio")
        time.sleep(0.02)


def esta_parado(pid: int) -> bool:
    """Whether a process was stopped by a signal."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def derrubar_esta_conexao() -> None:
    """End our own connection from outside, as a restart of the database does."""
    with psycopg2.connect(**connection.get_connection_params()) as outra, outra.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    outra.close()


class Despachantes:
    """A few dispatcher processes; killed without warning, replaced at once."""

    def __init__(self, quantos: int, *opcoes: str) -> None:
        self.opcoes = opcoes
        self.processos = [despachante(*self.opcoes) for _ in range(quantos)]

    def matar_um(self, sorte: random.Random) -> None:
        indice = sorte.randrange(len(self.processos))
        os.kill(self.processos[indice].pid, signal.SIGKILL)
        self.processos[indice].wait()
        self.processos[indice] = despachante(*self.opcoes)

    def parar(self) -> None:
        for processo in self.processos:
            processo.kill()
            processo.wait()


def preparar(empresa: Empresa, *, url: str, mensagens: int, remetentes: int, apos_sem_registro: str) -> None:
    """Committed data: so many ciclos with one due message each, and senders that share the work."""
    with escopo(empresa):
        ConfiguracaoCobranca.objects.filter(empresa=empresa).update(
            apos_sem_registro=apos_sem_registro, limite_tentativas=20
        )
        for indice in range(remetentes):
            nova_instancia(empresa, url, nome=f"numero-{indice}")
        vencido = {"vencimento": "2026-10-01"}
        for inicio in range(0, mensagens, 1000):
            fim = min(inicio + 1000, mensagens)
            vencido["vencimento"] = str(_vencimento())
            itens = [dados(n, **vencido) for n in range(inicio, fim)]
            lote = ciclos_criar_lote(empresa=empresa, ator=ATOR, itens=itens)
            assert lote.total("criado") == len(itens)


def _vencimento() -> Any:
    from datetime import date, timedelta

    return date.today() - timedelta(days=30)


def derrubar_conexoes() -> None:
    """What a database restart is to its clients: every connection of the dispatchers ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def assentar(prazo_s: float) -> None:
    """Wait until no message waits or is under way."""
    fim = time.monotonic() + prazo_s
    while time.monotonic() < fim:
        if not Mensagem.objects.filter(status__in=("pending", "sending")).exists():
            return
        time.sleep(0.3)
    contagem = Counter(Mensagem.objects.values_list("status", flat=True))
    raise TimeoutError(f"não assentou: {contagem}")


def saidas(pasta: Path) -> tuple[Counter[str], Counter[str]]:
    """Per reference: how often it left, and how often the gateway stored it."""
    total: Counter[str] = Counter()
    guardadas: Counter[str] = Counter()
    for linha in (pasta / "simulador" / "registro.jsonl").read_text().splitlines():
        fato = json.loads(linha)
        if fato.get("fato") == "enviada":
            referencia = fato["texto"].rsplit("Ref. ", 1)[1].strip()
            total[referencia] += 1
            guardadas[referencia] += bool(fato["registrada"])
    return total, guardadas


def referencias_por_status() -> dict[str, set[str]]:
    """The references of every message that was not superseded, by where it stands now."""
    por_status: dict[str, set[str]] = {}
    for pk, status in Mensagem.objects.exclude(status="superseded").values_list("pk", "status"):
        por_status.setdefault(status, set()).add(referencia_de(pk))
    return por_status
