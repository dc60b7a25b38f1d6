"""Real processes for race tests: each has its own interpreter and connection, acting as `inquilino`.

    resultados = correr("clientes.tests.corridas:criar", [{"n": 1}, {"n": 2}])

Every process imports, connects and reports ready; then all start at the same moment. `remendo` names a
function called first in each process: the positive control that takes the lock out.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

RAIZ = Path(__file__).resolve().parent.parent.parent


def url_do_banco_de_teste() -> str:
    """DATABASE_URL of the database this test runs in."""
    dados = connection.settings_dict
    credencial = quote(dados["USER"] or "") + (f":{quote(dados['PASSWORD'])}" if dados["PASSWORD"] else "")
    lugar = f"{credencial}@{quote(dados['HOST'] or '', safe='')}" + (
        f":{dados['PORT']}" if dados["PORT"] else ""
    )
    opcoes = {k: v for k, v in dados["OPTIONS"].items() if k != "options"}
    return f"postgres://{lugar}/{dados['NAME']}" + (f"?{urlencode(opcoes)}" if opcoes else "")


def ambiente(papel: str = "inquilino", **mais: str) -> dict[str, str]:
    """The environment of a child process working in the test's database."""
    return os.environ | {
        "DATABASE_URL": url_do_banco_de_teste(),
        "REDIS_URL": settings.REDIS_URL,
        "BANCO_PAPEL": papel,
        "DJANGO_SETTINGS_MODULE": "config.settings.teste",
        **mais,
    }


class Corredor:
    """One child process, started and waiting for the gun."""

    def __init__(self, alvo: str, argumentos: dict[str, Any], remendo: str = "") -> None:
        comando = [sys.executable, "-m", "nucleo.tests.processos", alvo, remendo]
        self.processo = subprocess.Popen(
            comando, cwd=RAIZ, env=ambiente(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._escrever(argumentos)

    def _escrever(self, dados: Any) -> None:
        assert self.processo.stdin is not None
        self.processo.stdin.write(json.dumps(dados) + "\n")
        self.processo.stdin.flush()

    def ler(self) -> Any:
        """Read the next line the child reports (blocks until there is one)."""
        assert self.processo.stdout is not None
        linha = self.processo.stdout.readline()
        if not linha:
            raise AssertionError(f"o processo terminou com {self.processo.wait()} sem responder")
        return json.loads(linha)

    def largar(self) -> None:
        """Fire the gun (or answer the child's next `esperar`)."""
        self._escrever("ja")

    def matar(self) -> None:
        """kill -9 if it still runs, reap, close its pipes."""
        self.processo.kill()
        self.processo.wait()
        for cano in (self.processo.stdin, self.processo.stdout):
            if cano is not None:
                cano.close()

    def terminar(self) -> Any:
        """Wait for the result of the function and the end of the process."""
        resultado = self.ler()
        self.processo.communicate(timeout=60)
        return resultado


def correr(alvo: str, argumentos: Sequence[dict[str, Any]], *, remendo: str = "") -> list[Any]:
    """Run `modulo:funcao` once per dict of arguments, all at the same moment; return their results."""
    corredores = [Corredor(alvo, argumento, remendo) for argumento in argumentos]
    try:
        for corredor in corredores:
            assert corredor.ler() == "pronto"
        for corredor in corredores:
            corredor.largar()
        return [corredor.terminar() for corredor in corredores]
    finally:
        for corredor in corredores:
            corredor.matar()


def relatar(dados: Any) -> None:
    """In the child: tell the test something."""
    sys.stdout.write(json.dumps(dados, default=str) + "\n")
    sys.stdout.flush()


def esperar() -> None:
    """In the child: wait until the test says go on."""
    if not sys.stdin.readline():
        raise SystemExit(1)


def _funcao(nome: str) -> Any:
    modulo, _, funcao = nome.partition(":")
    return getattr(importlib.import_module(modulo), funcao)


def _filho(alvo: str, remendo: str) -> None:
    import django

    django.setup()
    argumentos = json.loads(sys.stdin.readline())
    funcao = _funcao(alvo)
    if remendo:
        _funcao(remendo)()
    connection.ensure_connection()
    relatar("pronto")
    esperar()
    relatar(funcao(**argumentos))


if __name__ == "__main__":
    _filho(sys.argv[1], sys.argv[2])
