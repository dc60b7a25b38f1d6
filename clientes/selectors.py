"""Reads over more than one row: municipalities, likely duplicates, search, the state of the counters."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from clientes.models import Cliente, CodigoSequencia, FaixaImportada, Municipio
from clientes.models.codigo import parte_lida
from nucleo.models import Empresa

# More than anybody reads; a search that finds more says so instead of hiding the rest.
LIMITE_DA_BUSCA = 1000


@dataclass(frozen=True)
class IndiceDeMunicipios:
    """All municipalities, by IBGE code, by (chave, UF) and the UFs of each chave."""

    por_ibge: dict[int, Municipio]
    por_nome: dict[tuple[str, str], Municipio]
    ufs: dict[str, list[str]]


@cache
def _indice() -> IndiceDeMunicipios:
    todos = list(Municipio.objects.order_by("codigo_ibge"))
    ufs: dict[str, list[str]] = {}
    for municipio in todos:
        ufs.setdefault(municipio.chave, []).append(municipio.uf)
    return IndiceDeMunicipios({m.codigo_ibge: m for m in todos}, {(m.chave, m.uf): m for m in todos}, ufs)


def indice_de_municipios() -> IndiceDeMunicipios:
    """Return the reference table, read once per process: it changes only with a release's data file."""
    indice = _indice()
    if not indice.por_ibge:
        _indice.cache_clear()
    return indice


def municipios_esquecer() -> None:
    """Forget the copy after the table was loaded."""
    _indice.cache_clear()


@dataclass(frozen=True)
class Parecido:
    """A customer that may be the same: found by `documento`, `telefone` or `nome`."""

    por: str
    id: int
    codigo_cliente: str
    nome: str


_COLUNAS = "id, codigo_cliente, nome FROM clientes_cliente WHERE empresa_id = %s AND id <> %s"


def clientes_parecidos(
    *,
    empresa: Empresa,
    documento: str,
    telefones: Collection[str],
    municipio_id: int,
    chave_nome: str,
    exceto: int = 0,
) -> list[Parecido]:
    """Find customers with the same document or phone, or a name that sounds the same in the municipality.

    One round trip; each part is served by its own index.
    """
    partes: list[str] = []
    valores: list[Any] = []
    if documento:
        partes.append(f"(SELECT 'documento', {_COLUNAS} AND cpf_cnpj = %s AND cpf_cnpj <> '' LIMIT 1)")
        valores += [empresa.pk, exceto, documento]
    for coluna in ("telefone", "whatsapp") if telefones else ():
        partes.append(f"(SELECT 'telefone', {_COLUNAS} AND {coluna} = ANY(%s) AND {coluna} <> '' LIMIT 3)")
        valores += [empresa.pk, exceto, list(telefones)]
    partes.append(f"(SELECT 'nome', {_COLUNAS} AND municipio_id = %s AND chave_nome = %s LIMIT 3)")
    valores += [empresa.pk, exceto, municipio_id, chave_nome]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(partes), valores)
        return [Parecido(*linha) for linha in cursor.fetchall()]


_POR_NOME = """
SELECT p.municipio, p.chave, c.id, c.codigo_cliente, c.nome
FROM unnest(%s::int[], %s::text[]) AS p(municipio, chave)
CROSS JOIN LATERAL (
    SELECT id, codigo_cliente, nome FROM clientes_cliente
    WHERE empresa_id = %s AND municipio_id = p.municipio AND chave_nome = p.chave LIMIT 3) AS c
"""
_POR_TELEFONE = """
SELECT p.fone, c.id, c.codigo_cliente, c.nome
FROM unnest(%s::text[]) AS p(fone)
CROSS JOIN LATERAL (
    (SELECT id, codigo_cliente, nome FROM clientes_cliente
     WHERE empresa_id = %s AND telefone = p.fone AND telefone <> '' LIMIT 3)
    UNION
    (SELECT id, codigo_cliente, nome FROM clientes_cliente
     WHERE empresa_id = %s AND whatsapp = p.fone AND whatsapp <> '' LIMIT 3)) AS c
"""


def parecidos_em_bloco(
    *, empresa: Empresa, nomes: Collection[tuple[int, str]], telefones: Collection[str]
) -> dict[Any, list[Parecido]]:
    """The same for many at once: {(municipality, sound of the name) or phone: customers}."""
    achados: dict[Any, list[Parecido]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_POR_NOME, [[m for m, _ in nomes], [chave for _, chave in nomes], empresa.pk])
        for municipio, chave, *resto in cursor.fetchall():
            achados.setdefault((municipio, chave), []).append(Parecido("nome", *resto))
        if telefones:
            cursor.execute(_POR_TELEFONE, [list(telefones), empresa.pk, empresa.pk])
            for fone, *resto in cursor.fetchall():
                achados.setdefault(fone, []).append(Parecido("telefone", *resto))
    return achados


def clientes_buscados(termo: str, clientes: "QuerySet[Cliente] | None" = None) -> "QuerySet[Cliente]":
    """Narrow `clientes` to those that `termo` finds: name, trade name, code, document or phone.

    Accents and punctuation do not matter, every word must occur. At most LIMITE_DA_BUSCA are found; see
    `busca_cortada`. Goes through the database's own function because no index serves LIKE behind the wall.
    """
    achados = RawSQL("SELECT clientes_buscar(%s, %s)", [termo, LIMITE_DA_BUSCA])
    return (Cliente.objects.all() if clientes is None else clientes).filter(id__in=achados)


def busca_cortada(termo: str) -> bool:
    """Whether `termo` finds more than the limit, so that the person can be told to be more exact."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM clientes_buscar(%s, %s)", [termo, LIMITE_DA_BUSCA + 1])
        return bool(cursor.fetchone()[0] > LIMITE_DA_BUSCA)


def documentos_existentes(*, empresa: Empresa, documentos: Collection[str]) -> dict[str, str]:
    """Return the code of the customer behind each of these documents that the empresa has."""
    if not documentos:
        return {}
    pares = Cliente.objects.filter(empresa=empresa, cpf_cnpj__in=documentos).exclude(cpf_cnpj="")
    return dict(pares.values_list("cpf_cnpj", "codigo_cliente"))


def codigos_existentes(*, empresa: Empresa, codigos: Collection[str]) -> set[str]:
    """Return those of `codigos` that the empresa has."""
    achados = Cliente.objects.filter(empresa=empresa, codigo_cliente__in=codigos)
    return set(achados.values_list("codigo_cliente", flat=True)) if codigos else set()


def maior_sequencia_presente(*, empresa: Empresa, prefixo: str) -> str | None:
    """Return the highest YYYY among the codes XXXX-..., None without any."""
    codigos = Cliente.objects.filter(
        empresa=empresa, codigo_cliente__gte=f"{prefixo}-", codigo_cliente__lt=f"{prefixo}."
    )
    ultimo = codigos.order_by("-codigo_cliente").values_list("codigo_cliente", flat=True).first()
    return ultimo[5:] if ultimo else None


def contagem_por_prefixo(*, empresa: Empresa) -> dict[str, int]:
    """Return how many customers carry each XXXX."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT left(codigo_cliente, 4), count(*) FROM clientes_cliente WHERE empresa_id = %s GROUP BY 1",
            [empresa.pk],
        )
        return dict(cursor.fetchall())


def lacunas_de_codigos(*, empresa: Empresa, maximo: int = 1000) -> list[tuple[int, int]]:
    """Return (XXXX, YYYY) of codes that this system gave and that no customer has.

    What we gave is 1..counter without the ranges that came from elsewhere. Reads every code once.
    """
    presentes: dict[int, set[int]] = {}
    codigos = Cliente.objects.filter(empresa=empresa).values_list("codigo_cliente", flat=True)
    for codigo in codigos.iterator(chunk_size=10_000):
        presentes.setdefault(parte_lida(codigo[:4]), set()).add(parte_lida(codigo[5:]))
    alheios: dict[int, set[int]] = {}
    faixas = FaixaImportada.objects.filter(empresa=empresa, numero_municipio__isnull=False)
    for faixa in faixas:
        alheios.setdefault(faixa.numero_municipio or 0, set()).update(range(faixa.de, faixa.ate + 1))
    contadores = CodigoSequencia.objects.filter(empresa=empresa).order_by("numero_municipio")
    lacunas = (
        (numero, sequencia)
        for numero, ultima in contadores.values_list("numero_municipio", "ultima_sequencia")
        for sequencia in range(1, ultima + 1)
        if sequencia not in presentes.get(numero, ()) and sequencia not in alheios.get(numero, ())
    )
    return list(islice(lacunas, maximo))


_LACUNAS_DE_MUNICIPIOS = """
SELECT n FROM codigo_municipio_contadores c CROSS JOIN LATERAL generate_series(1, c.ultimo_numero) AS n
WHERE c.empresa_id = %(empresa)s
  AND NOT EXISTS (SELECT FROM codigo_sequencias s
                  WHERE s.empresa_id = %(empresa)s AND s.numero_municipio = n)
  AND NOT EXISTS (SELECT FROM codigo_faixas_importadas f
                  WHERE f.empresa_id = %(empresa)s AND f.numero_municipio IS NULL
                    AND n BETWEEN f.de AND f.ate)
ORDER BY n
"""


def lacunas_de_municipios(*, empresa: Empresa) -> list[int]:
    """Return the XXXX that this system gave and that no municipality has."""
    with connection.cursor() as cursor:
        cursor.execute(_LACUNAS_DE_MUNICIPIOS, {"empresa": empresa.pk})
        return [linha[0] for linha in cursor.fetchall()]
