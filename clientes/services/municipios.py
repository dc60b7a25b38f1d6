"""The municipalities' table, loaded from the project's data file."""

import csv
from functools import cache
from pathlib import Path

from django.db import connection

from clientes.selectors import municipios_esquecer
from nucleo.textos import sem_acentos

ARQUIVO = Path(__file__).resolve().parent.parent / "dados" / "municipios.csv"

_CARREGAR = """
INSERT INTO clientes_municipio (codigo_ibge, nome, uf, chave)
SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[])
ON CONFLICT (codigo_ibge) DO UPDATE SET nome = EXCLUDED.nome, uf = EXCLUDED.uf, chave = EXCLUDED.chave
WHERE (clientes_municipio.nome, clientes_municipio.uf, clientes_municipio.chave)
      IS DISTINCT FROM (EXCLUDED.nome, EXCLUDED.uf, EXCLUDED.chave)
"""


def chave_do_municipio(nome: str) -> str:
    """Return letters and digits only: hyphens, apostrophes and blanks are written at will."""
    return "".join(letra for letra in sem_acentos(nome).casefold() if letra.isalnum())


def municipios_carregar() -> int:
    """Bring the table in line with the data file; return how many rows changed. Idempotent, as owner."""
    with connection.cursor() as cursor:
        cursor.execute(_CARREGAR, [list(coluna) for coluna in _colunas()])
        mudados = cursor.rowcount
    municipios_esquecer()
    return mudados


@cache
def _colunas() -> tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    with ARQUIVO.open(encoding="utf-8", newline="") as arquivo:
        linhas = [(int(li["codigo"]), li["nome"], li["uf"]) for li in csv.DictReader(arquivo, delimiter=";")]
    codigos, nomes, ufs = zip(*linhas, strict=True)
    return codigos, nomes, ufs, tuple(chave_do_municipio(nome) for nome in nomes)
