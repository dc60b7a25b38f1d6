"""What the cache claims against what the sources say; the state of the cache for operators."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from estoque.models import EstadoCache, Produto
from nucleo.datas import hoje
from nucleo.models import Empresa

FONTES = (
    "estoque_movimentacaoestoque",
    "estoque_carteiraprincipal",
    "estoque_preseparacaoitem",
    "estoque_separacao",
    "estoque_programacaoproducao",
)
_EVENTOS = ("insert", "update", "delete", "truncate")


@dataclass(frozen=True, slots=True)
class Divergencia:
    """One figure that differs: what readers are told and what recomputation says."""

    produto_id: int
    cod_produto: str
    campo: str
    dia: date | None
    cache: str | None
    certo: str | None


def divergencias(*, empresa: Empresa, produto_ids: list[int] | None = None) -> list[Divergencia]:
    """Compare cache + pending with recomputation in one snapshot; exact while others write and fold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM estoque_divergencias(%s, %s, %s)", [empresa.pk, produto_ids, hoje(empresa.fuso)]
        )
        return [Divergencia(*linha) for linha in cursor.fetchall()]


def amostra_de_produtos(*, empresa: Empresa, quantos: int) -> list[int]:
    """Choose products at random."""
    ids = list(Produto.objects.filter(empresa=empresa).order_by("pk").values_list("pk", flat=True))
    return sorted(random.SystemRandom().sample(ids, min(quantos, len(ids))))


@dataclass(frozen=True, slots=True)
class EstadoDoCache:
    """What `status_cache` reports about one empresa."""

    empresa: str
    produtos: int
    pendentes: int
    produtos_pendentes: int
    pendente_mais_antigo: datetime | None
    ultima_atualizacao: datetime | None
    desligado_desde: datetime | None
    desligado_por: str


def estado_do_cache(*, empresa: Empresa) -> EstadoDoCache:
    """Read how much waits to be folded, since when, and whether a bulk load has the cache switched off."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM estoque_produto WHERE empresa_id = %(e)s),
                   count(*), count(DISTINCT produto_id), min(criado_em),
                   (SELECT max(atualizado_em) FROM saldo_estoque_cache WHERE empresa_id = %(e)s)
            FROM cache_update_log WHERE empresa_id = %(e)s
            """,
            {"e": empresa.pk},
        )
        produtos, pendentes, com_pendente, desde, ultima = cursor.fetchone()
    desligado = EstadoCache.objects.filter(empresa=empresa).first()
    return EstadoDoCache(
        empresa=empresa.slug,
        produtos=produtos,
        pendentes=pendentes,
        produtos_pendentes=com_pendente,
        pendente_mais_antigo=desde,
        ultima_atualizacao=ultima,
        desligado_desde=desligado.desligado_em if desligado else None,
        desligado_por=desligado.desligado_por if desligado else "",
    )


def travas_do_cache() -> list[dict[str, Any]]:
    """Advisory locks of the stock held or waited for now, in the whole database."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pid, objid::bigint, mode, granted, CASE classid WHEN 7301 THEN 'dobra' ELSE 'carga' END
            FROM pg_locks WHERE locktype = 'advisory' AND classid IN (7301, 7302)
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            ORDER BY pid
            """
        )
        nomes = ("pid", "empresa_id", "modo", "concedida", "tipo")
        return [dict(zip(nomes, linha, strict=True)) for linha in cursor.fetchall()]


def triggers_com_problema() -> list[str]:
    """Name every trigger of the five sources (and the ledger's guard) that is missing or disabled."""
    esperadas = {(tabela, f"estoque_delta_{evento}") for tabela in FONTES for evento in _EVENTOS}
    esperadas |= {
        ("estoque_movimentacaoestoque", "estoque_movimentacao_imutavel"),
        ("estoque_produto", "estoque_produto_nasce"),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            WHERE NOT t.tgisinternal AND t.tgname LIKE 'estoque\\_%%'
            """
        )
        estados = {(tabela, nome): ligada for tabela, nome, ligada in cursor.fetchall()}
    problemas = []
    for tabela, nome in sorted(esperadas):
        estado = estados.get((tabela, nome))
        if estado is None:
            problemas.append(f"{nome} em {tabela}: ausente")
        elif estado not in ("O", "A"):
            problemas.append(f"{nome} em {tabela}: desligado")
    return problemas
