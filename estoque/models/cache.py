"""The caches and the log that feeds them. Written by database functions only (see docs/adr/0007).

`inquilino` may only read these tables: deltas come from triggers, caches from the fold and the rebuild. So a
deleted product's rows go by the database's own cascade (DO_NOTHING here): Django's would be refused.
"""

from django.db import models
from django.db.models.functions import Now

from estoque.models.produto import Produto, campo_soma
from nucleo.models import ModeloDaEmpresa


def _da_empresa() -> models.ForeignKey:
    """The empresa without a foreign key of its own.

    Caches: the composite key to the product holds it already. Log: a deferred check queued by a TRUNCATE
    trigger would, at commit, look for its row in a log that the same statement may have emptied.
    """
    return models.ForeignKey(
        "nucleo.Empresa",
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        editable=False,
    )


class SaldoEstoqueCache(ModeloDaEmpresa):
    """The folded balance of a product; the truth is this plus its pending deltas.

    The columns from `data_ruptura` on are derived from the future days. They were computed for the day
    `calculado_para` and stay right until `valido_ate` (null: for ever): between two days of planned
    production the projection only falls, so no midnight in between changes them.
    """

    empresa = _da_empresa()
    produto = models.OneToOneField(
        Produto, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="cache"
    )
    saldo = campo_soma("saldo", default=0)
    qtd_carteira = campo_soma("na carteira", default=0)
    qtd_pre_separacao = campo_soma("em pré-separação", default=0)
    qtd_separacao = campo_soma("em separação", default=0)
    data_ruptura = models.DateField("ruptura", null=True)
    menor_saldo = campo_soma("menor saldo", default=0)
    data_menor_saldo = models.DateField("dia do menor saldo", null=True)
    producao_vencida = campo_soma("produção vencida", default=0)
    calculado_para = models.DateField("calculado para", null=True)
    valido_ate = models.DateField("válido até", null=True)
    atualizado_em = models.DateTimeField("atualizado em", null=True)
    atualizado_por = models.CharField("atualizado por", max_length=80, blank=True, default="")
    atualizado_quanto = campo_soma("atualizado em quanto", default=0)

    class Meta:
        db_table = "saldo_estoque_cache"
        verbose_name = "saldo em cache"
        verbose_name_plural = "saldos em cache"
        indexes = [
            models.Index(fields=["empresa", "data_ruptura"], name="saldo_cache_ruptura_idx"),
            models.Index(fields=["empresa", "valido_ate"], name="saldo_cache_validade_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.produto_id}: {self.saldo}"


class ProjecaoEstoqueCache(ModeloDaEmpresa):
    """What is planned to come in and go out of a product on one absolute date; only days with something."""

    pk = models.CompositePrimaryKey("produto_id", "data")
    empresa = _da_empresa()
    produto = models.ForeignKey(
        Produto, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )
    data = models.DateField("data")
    entradas = campo_soma("entradas", default=0)
    saidas = campo_soma("saídas", default=0)

    class Meta:
        db_table = "projecao_estoque_cache"
        verbose_name = "dia da projeção em cache"
        verbose_name_plural = "dias da projeção em cache"

    def __str__(self) -> str:
        return f"{self.produto_id} {self.data}"


class CacheUpdateLog(ModeloDaEmpresa):
    """One pending delta: what one statement changed for one product on one day. Insert-only.

    No foreign key to the product: its key-share lock would only repeat the one the source row took.
    """

    empresa = _da_empresa()
    produto_id = models.BigIntegerField("produto")
    origem = models.CharField("origem", max_length=16)
    dia = models.DateField("dia", null=True)
    saldo = campo_soma("saldo", default=0, db_default=0)
    carteira = campo_soma("carteira", default=0, db_default=0)
    pre_separacao = campo_soma("pré-separação", default=0, db_default=0)
    separacao = campo_soma("separação", default=0, db_default=0)
    producao = campo_soma("produção", default=0, db_default=0)
    criado_em = models.DateTimeField("criado em", db_default=Now())

    class Meta:
        db_table = "cache_update_log"
        verbose_name = "delta pendente"
        verbose_name_plural = "deltas pendentes"
        indexes = [models.Index(fields=["empresa", "produto_id"], name="cache_update_log_produto_idx")]

    def __str__(self) -> str:
        return f"{self.origem} {self.produto_id}"


class EstadoCache(ModeloDaEmpresa):
    """Present while a bulk load has the cache switched off. Without its session lock: a dead loader."""

    desligado_em = models.DateTimeField("desligado em", auto_now_add=True)
    desligado_por = models.CharField("desligado por", max_length=120, blank=True)

    class Meta:
        verbose_name = "cache desligado"
        verbose_name_plural = "caches desligados"
        constraints = [
            models.UniqueConstraint(fields=["empresa"], name="estoque_estadocache_empresa_uniq"),
        ]

    def __str__(self) -> str:
        return f"Cache desligado por {self.desligado_por}"
