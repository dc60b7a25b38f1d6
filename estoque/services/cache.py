"""The fold, the rebuild, the sweep and the validator: the only callers of the caches' writers."""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from estoque.errors import produto_desconhecido
from estoque.locks import carregador_morto, dividir_dobra, exigir_dobra, travar_produtos
from estoque.models import CacheUpdateLog, EstadoCache, Produto, SaldoEstoqueCache
from estoque.selectors.saldos import Saldo, saldo_exato
from estoque.selectors.validacao import Divergencia, amostra_de_produtos, divergencias
from nucleo.datas import hoje
from nucleo.escopo import exigir_empresa
from nucleo.models import Empresa
from nucleo.services.alertas import alerta_abrir, alerta_resolver
from nucleo.textos import contados

logger = logging.getLogger(__name__)

LOTE = 200
ALERTA = "estoque_cache_divergente"


def garantir_cache_atualizado(empresa: Empresa, codigo: str) -> dict[str, Any]:
    """Answer the exact balance of one product (cache + pending deltas, one statement) as a dict.

    Exact also while no worker runs. Raises NaoEncontrado `produto_desconhecido`, Indisponivel
    `cache_em_reconstrucao`.
    """
    return saldo_como_dict(saldo_exato(empresa=empresa, cod_produto=codigo))


def saldo_como_dict(saldo: Saldo) -> dict[str, Any]:
    """The contract's fields of a balance, and those that tell when and by what it was last updated."""
    return {
        "cod_produto": saldo.cod_produto,
        "saldo_atual": saldo.saldo_atual,
        "qtd_carteira": saldo.qtd_carteira,
        "qtd_pre_separacao": saldo.qtd_pre_separacao,
        "qtd_separacao": saldo.qtd_separacao,
        "disponivel": saldo.disponivel,
        "data_ruptura": saldo.data_ruptura,
        "producao_vencida": saldo.producao_vencida,
        "menor_saldo": saldo.menor_saldo,
        "data_menor_saldo": saldo.data_menor_saldo,
        "pendentes": saldo.pendentes,
        "atualizado_em": saldo.atualizado_em,
        "atualizado_por": saldo.atualizado_por,
        "atualizado_quanto": saldo.atualizado_quanto,
    }


def produtos_dobrar(*, empresa: Empresa, produto_ids: Iterable[int], pular_ocupados: bool = False) -> int:
    """Fold the pending deltas of these products into the caches; return how many were folded.

    Locks: the empresa's fold lock shared, then the products NO KEY by id; the deltas are taken by a later
    statement. While a bulk load has the cache switched off nothing is folded. Idempotent. Raises
    Indisponivel `produto_ocupado` after ten seconds (the deltas stay pending, reads stay exact).
    """
    with transaction.atomic():
        dividir_dobra(empresa_id=empresa.pk)
        if EstadoCache.objects.filter(empresa=empresa).exists():
            return 0
        pedidos = sorted(set(produto_ids))
        ids = travar_produtos(empresa_id=empresa.pk, produto_ids=pedidos, pular_ocupados=pular_ocupados)
        logger.debug("🔄 Atualizando cache para produto %s", ids)
        dobrados = _chamar("estoque_dobrar", empresa, ids)
    if logger.isEnabledFor(logging.DEBUG):
        _contar_saldos(ids)
    return dobrados


def cache_reconstruir(*, empresa: Empresa, produto_ids: list[int] | None = None) -> int:
    """Recompute the caches from the sources, exact also while others write; return how many products.

    All products: the empresa's fold lock alone (folds wait). Some: shared, and those products NO KEY.
    Runs in READ COMMITTED as one statement after the lock.
    """
    with transaction.atomic():
        if produto_ids is None:
            exigir_dobra(empresa_id=empresa.pk)
        else:
            dividir_dobra(empresa_id=empresa.pk)
            produto_ids = travar_produtos(empresa_id=empresa.pk, produto_ids=produto_ids)
        total = _chamar("estoque_reconstruir", empresa, produto_ids)
    logger.info("cache do estoque reconstruído", extra={"empresa": empresa.slug, "produtos": total})
    return total


def produto_atualizar(*, empresa: Empresa, codigo: str) -> Saldo:
    """Recompute one product from its sources and return its balance. Raises NaoEncontrado."""
    produto_id = (
        Produto.objects.filter(empresa=empresa, cod_produto=codigo).values_list("pk", flat=True).first()
    )
    if produto_id is None:
        raise produto_desconhecido(codigo)
    cache_reconstruir(empresa=empresa, produto_ids=[produto_id])
    return saldo_exato(empresa=empresa, cod_produto=codigo)


def cache_varrer(*, empresa: Empresa) -> int:
    """Fold what no signal announced, refresh what midnight outdated, and clear up after a dead loader.

    Products that somebody holds are left for the next round; what is left of deleted ones is dropped.
    Return how many deltas were folded or dropped.
    """
    if EstadoCache.objects.filter(empresa=empresa).exists():
        return 1 if _reviver(empresa) else 0
    pendentes = CacheUpdateLog.objects.filter(empresa=empresa).order_by("produto_id")
    vencidos = SaldoEstoqueCache.objects.filter(empresa=empresa, valido_ate__lt=hoje(empresa.fuso))
    ids = sorted(
        {*pendentes.values_list("produto_id", flat=True).distinct(), *vencidos.values_list("pk", flat=True)}
    )
    dobrados = sum(
        produtos_dobrar(empresa=empresa, produto_ids=ids[i : i + LOTE], pular_ocupados=True)
        for i in range(0, len(ids), LOTE)
    )
    return dobrados + _esquecer_apagados(empresa, ids)


def cache_validar(*, empresa: Empresa, amostra: int | None = None, corrigir: bool = False) -> dict[str, Any]:
    """Compare a sample (or all) with recomputation; with `corrigir` rebuild what differs and raise an alert.

    A clean run over all products resolves the alert. Return counts, rate in percent and differences.
    """
    ids = None if amostra is None else amostra_de_produtos(empresa=empresa, quantos=amostra)
    achadas = divergencias(empresa=empresa, produto_ids=ids)
    total = Produto.objects.filter(empresa=empresa).count() if ids is None else len(ids)
    errados = sorted({d.produto_id for d in achadas})
    if errados and corrigir:
        cache_reconstruir(empresa=empresa, produto_ids=errados)
        _alertar(empresa, achadas)
    elif not errados and ids is None:
        alerta_resolver(empresa=empresa, chave=ALERTA)
    certos = total - len(errados)
    return {
        "empresa": empresa.slug,
        "total": total,
        "corretos": certos,
        "taxa_precisao": round(100 * certos / total, 2) if total else 100.0,
        "corrigidos": len(errados) if corrigir else 0,
        "divergencias": achadas,
    }


def validar_precisao_cache(n: int, empresa: Empresa | None = None) -> dict[str, Any]:
    """Compare `n` products, chosen at random, with recomputation; `taxa_precisao` is in percent."""
    empresa = empresa or Empresa.objects.get(pk=exigir_empresa())
    return cache_validar(empresa=empresa, amostra=n)


def _chamar(funcao: str, empresa: Empresa, ids: list[int] | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {funcao}(%s, %s, %s)", [empresa.pk, ids, hoje(empresa.fuso)])
        return int(cursor.fetchone()[0])


def _contar_saldos(ids: list[int]) -> None:
    for saldo in SaldoEstoqueCache.objects.filter(pk__in=ids).values_list("saldo", flat=True):
        logger.debug("✅ Saldo atualizado: %s", saldo)
    logger.debug("📊 Projeção atualizada")


def _esquecer_apagados(empresa: Empresa, ids: list[int]) -> int:
    """Drop the deltas of products that are gone (the log has no key to them); there is no row to lock."""
    vivos = set(Produto.objects.filter(empresa=empresa, pk__in=ids).values_list("pk", flat=True))
    apagados = [produto_id for produto_id in ids if produto_id not in vivos]
    return _chamar("estoque_dobrar", empresa, apagados) if apagados else 0


def _reviver(empresa: Empresa) -> bool:
    """A state row whose loader is gone: rebuild and remove it. Holds the loader's lock meanwhile."""
    with transaction.atomic():
        if not carregador_morto(empresa_id=empresa.pk):
            return False
        cache_reconstruir(empresa=empresa)
        EstadoCache.objects.filter(empresa=empresa).delete()
    logger.warning("carga interrompida: cache do estoque reconstruído", extra={"empresa": empresa.slug})
    return True


def _alertar(empresa: Empresa, achadas: list[Divergencia]) -> None:
    quantos = len({d.produto_id for d in achadas})
    linhas = [f"{d.cod_produto} {d.campo} {d.dia or ''}: {d.cache} → {d.certo}" for d in achadas[:20]]
    alerta_abrir(
        empresa=empresa,
        chave=ALERTA,
        severidade="error",
        titulo=f"Cache do estoque divergiu em {contados(quantos, 'produto', 'produtos')} e foi corrigido",
        detalhe="\n".join(linhas),
        divergencias=len(achadas),
    )
