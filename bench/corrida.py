"""Several creators at once, each a process of its own, and whose numbers they take."""

import json
import random
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from bench.contexto import RAIZ, Contexto
from bench.quadro import Linha, ao_menos, por_rodada

ARMAS = ("nosso", "sequences", "sql")
PROCESSOS = 4


def pasta_dos_rivais(ctx: Contexto) -> str:
    """Where the rivals' packages lie; the table of django-sequences is made ready."""
    codigo = "import os, sequences; print(os.path.dirname(os.path.dirname(sequences.__file__)))"
    pasta = subprocess.run(
        [ctx.python_dos_rivais(), "-c", codigo], check=True, capture_output=True, text=True
    ).stdout.strip()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS sequences_sequence"
            " (name varchar(100) PRIMARY KEY, last bigint NOT NULL)"
        )
        cursor.execute("GRANT ALL ON sequences_sequence TO inquilino")
    return pasta


def por_segundo(modulo: str, pedidos: Sequence[Mapping[str, Any]]) -> float:
    """Start one child per order, fire, and return how much all of them did together per second."""
    filhos = [
        subprocess.Popen(
            [sys.executable, "-m", modulo],
            cwd=RAIZ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in pedidos
    ]
    for filho, pedido in zip(filhos, pedidos, strict=True):
        filho.stdin.write(json.dumps(pedido) + "\n")
        filho.stdin.flush()
    for filho in filhos:
        assert filho.stdout.readline().strip() == "pronto"
    for filho in filhos:
        filho.stdin.write("ja\n")
        filho.stdin.flush()
    segundos = [float(filho.stdout.readline()) for filho in filhos]
    for filho in filhos:
        filho.communicate()
    return sum(pedido["vezes"] for pedido in pedidos) / max(segundos)


def disputa(nome: str, modulo: str, pedido: Mapping[str, Any], *, rodadas: int) -> list[Linha]:
    """Our numbers beside django-sequences' in the same service, and beside raw SQL without any service."""
    taxas: dict[str, list[float]] = {arma: [] for arma in ARMAS}
    for rodada in range(rodadas):
        # Turns in changing order: what the machine does besides hits all alike.
        for arma in random.Random(rodada).sample(ARMAS, len(ARMAS)):
            filhos = [
                {**pedido, "arma": arma, "numero": numero, "rodada": f"{nome} {rodada}"}
                for numero in range(PROCESSOS)
            ]
            taxas[arma].append(por_segundo(modulo, filhos))
    nosso, deles = por_rodada(taxas["nosso"], taxas["sequences"])
    return [
        ao_menos(
            nome,
            nosso=nosso,
            base=deles,
            razao=0.95,
            unidade="/s",
            linha_de_base="mesmo serviço, django-sequences",
            nota="razão mediana por rodada",
        ),
        ao_menos(
            f"{nome} (informativo)",
            nosso=nosso,
            base=statistics.median(taxas["sql"]),
            razao=0.0,
            unidade="/s",
            linha_de_base="SQL puro, sem validação nem trilha",
        ),
    ]
