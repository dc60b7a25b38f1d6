"""Planned demand and supply. Each unit of demand is in exactly one stage: `qtd_saldo` of one row.

`qtd_saldo` is what is still in the stage; its CHECK is what refuses to move more than there is.
"""

from django.db import models
from django.db.models import F, Q

from estoque.models.produto import Produto, campo_quantidade, faixa
from nucleo.models import ChaveInquilino, ModeloDaEmpresa

ABERTO = Q(qtd_saldo__gt=0)


class CarteiraPrincipal(ModeloDaEmpresa):
    """An order line. `qtd_saldo`: neither picked, nor shipped, nor cancelled yet."""

    num_pedido = models.CharField("pedido", max_length=60)
    produto = ChaveInquilino(Produto, related_name="+", verbose_name="produto", db_index=False)
    quantidade = campo_quantidade("quantidade pedida")
    qtd_saldo = campo_quantidade("na carteira")
    qtd_cancelada = campo_quantidade("cancelada", default=0)
    data_entrega = models.DateField("entrega")
    criado_em = models.DateTimeField("criada em", auto_now_add=True)
    criado_por = models.CharField("criada por", max_length=120, blank=True)

    class Meta:
        verbose_name = "item da carteira"
        verbose_name_plural = "itens da carteira"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=faixa("quantidade"), name="estoque_carteira_quantidade_ck"),
            models.CheckConstraint(
                condition=Q(qtd_saldo__gte=0)
                & Q(qtd_cancelada__gte=0)
                & Q(qtd_saldo__lte=F("quantidade") - F("qtd_cancelada")),
                name="estoque_carteira_saldo_ck",
            ),
        ]
        indexes = [
            models.Index(
                fields=["empresa", "produto", "data_entrega"],
                condition=ABERTO,
                name="estoque_carteira_aberta_idx",
            ),
            models.Index(fields=["empresa", "num_pedido"], name="estoque_carteira_pedido_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.num_pedido} #{self.pk}"


class PreSeparacaoItem(ModeloDaEmpresa):
    """Tentatively picked from an order line, to leave on `data`."""

    carteira = ChaveInquilino(CarteiraPrincipal, related_name="pre_separacoes", verbose_name="pedido")
    produto = ChaveInquilino(Produto, related_name="+", verbose_name="produto", db_index=False)
    quantidade = campo_quantidade("quantidade")
    qtd_saldo = campo_quantidade("em pré-separação")
    data = models.DateField("data")
    criado_em = models.DateTimeField("criada em", auto_now_add=True)
    criado_por = models.CharField("criada por", max_length=120, blank=True)

    class Meta:
        verbose_name = "pré-separação"
        verbose_name_plural = "pré-separações"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=faixa("quantidade") & Q(qtd_saldo__gte=0) & Q(qtd_saldo__lte=F("quantidade")),
                name="estoque_presep_saldo_ck",
            ),
        ]
        indexes = [
            models.Index(
                fields=["empresa", "produto", "data"], condition=ABERTO, name="estoque_presep_aberta_idx"
            ),
        ]

    def __str__(self) -> str:
        return f"Pré-separação {self.pk}"


class Separacao(ModeloDaEmpresa):
    """Picked, waiting to leave. Still part of the stock on hand until it is shipped."""

    carteira = ChaveInquilino(CarteiraPrincipal, related_name="separacoes", verbose_name="pedido")
    pre_separacao = ChaveInquilino(
        PreSeparacaoItem, related_name="separacoes", null=True, blank=True, verbose_name="pré-separação"
    )
    produto = ChaveInquilino(Produto, related_name="+", verbose_name="produto", db_index=False)
    quantidade = campo_quantidade("quantidade")
    qtd_saldo = campo_quantidade("em separação")
    qtd_expedida = campo_quantidade("expedida", default=0)
    data_expedicao = models.DateField("expedição")
    criado_em = models.DateTimeField("criada em", auto_now_add=True)
    criado_por = models.CharField("criada por", max_length=120, blank=True)

    class Meta:
        verbose_name = "separação"
        verbose_name_plural = "separações"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=faixa("quantidade")
                & Q(qtd_saldo__gte=0)
                & Q(qtd_expedida__gte=0)
                & Q(qtd_saldo__lte=F("quantidade") - F("qtd_expedida")),
                name="estoque_separacao_saldo_ck",
            ),
        ]
        indexes = [
            models.Index(
                fields=["empresa", "produto", "data_expedicao"],
                condition=ABERTO,
                name="estoque_separacao_aberta_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"Separação {self.pk}"


class ProgramacaoProducao(ModeloDaEmpresa):
    """Planned supply on `data`. Past its date it counts for nothing until it is concluded."""

    produto = ChaveInquilino(Produto, related_name="+", verbose_name="produto", db_index=False)
    quantidade = campo_quantidade("quantidade planejada")
    qtd_saldo = campo_quantidade("a produzir")
    # May exceed the plan: over-production is real stock.
    qtd_produzida = campo_quantidade("produzida", default=0)
    qtd_cancelada = campo_quantidade("cancelada", default=0)
    data = models.DateField("data")
    criado_em = models.DateTimeField("criada em", auto_now_add=True)
    criado_por = models.CharField("criada por", max_length=120, blank=True)

    class Meta:
        verbose_name = "programação de produção"
        verbose_name_plural = "programações de produção"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=faixa("quantidade")
                & Q(qtd_produzida__gte=0)
                & Q(qtd_cancelada__gte=0)
                & Q(qtd_saldo__gte=0)
                & Q(qtd_saldo__lte=F("quantidade") - F("qtd_cancelada")),
                name="estoque_producao_saldo_ck",
            ),
        ]
        indexes = [
            models.Index(
                fields=["empresa", "produto", "data"], condition=ABERTO, name="estoque_producao_aberta_idx"
            ),
        ]

    def __str__(self) -> str:
        return f"Programação {self.pk}"
