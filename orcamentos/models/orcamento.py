"""The quote. One row per number for ever: revisions change it and leave a copy of what was sent."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, ExtractYear

from nucleo.models import ChaveInquilino, ModeloDaEmpresa
from orcamentos.models.numeracao import numero_formatado


class Status(models.TextChoices):
    RASCUNHO = "rascunho", "Rascunho"
    ENVIADO = "enviado", "Enviado"
    APROVADO = "aprovado", "Aprovado"
    RECUSADO = "recusado", "Recusado"
    EXPIRADO = "expirado", "Expirado"
    CANCELADO = "cancelado", "Cancelado"


class Orcamento(ModeloDaEmpresa):
    """`total` is the database's: a statement trigger on the items keeps it, nobody else may set it.

    `budget_number`, `ano` and `numero` never change (trigger), and `ano` is the year of `data` (CHECK).
    """

    budget_number = models.CharField("número", max_length=24, db_collation="C", editable=False)
    ano = models.PositiveIntegerField("ano", editable=False)
    numero = models.PositiveBigIntegerField("sequência", editable=False)
    # Sorts right across 9999/10000 in one column, which a cursor can also stand on.
    ordem = models.GeneratedField(
        expression=Cast(F("ano"), models.BigIntegerField()) * 1_000_000_000 + F("numero"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    revisao = models.PositiveIntegerField("revisão", default=1, editable=False)
    cliente = ChaveInquilino("clientes.Cliente", related_name="orcamentos", verbose_name="cliente")
    status = models.CharField(
        "situação", max_length=10, choices=Status.choices, default=Status.RASCUNHO, editable=False
    )
    versao = models.PositiveIntegerField("versão", default=1, editable=False)
    data = models.DateField("data")
    validade = models.DateField("validade")
    condicoes_pagamento = models.CharField("condições de pagamento", max_length=500, blank=True)
    observacoes = models.TextField("observações", max_length=4000, blank=True)
    referencia_cliente = models.CharField(
        "referência do cliente", max_length=60, blank=True, help_text="Número do pedido do próprio cliente."
    )
    total = models.DecimalField("total", max_digits=20, decimal_places=2, default=0, editable=False)
    data_entrega = models.DateField("data de entrega", null=True, blank=True, editable=False)
    importado = models.BooleanField("importado", default=False, editable=False)
    criado_em = models.DateTimeField("criado em", auto_now_add=True)
    atualizado_em = models.DateTimeField("atualizado em", auto_now=True)

    class Meta:
        db_table = "detailed_budgets"
        verbose_name = "orçamento"
        verbose_name_plural = "orçamentos"
        ordering = ["-ordem"]
        constraints = [
            models.UniqueConstraint(
                fields=["budget_number", "empresa"], name="detailed_budgets_budget_number_org_id_key"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="detailed_budgets_status_ck"),
            models.CheckConstraint(
                condition=Q(ano=ExtractYear("data")), name="detailed_budgets_ano_da_data_ck"
            ),
            models.CheckConstraint(
                condition=Q(numero__gte=1, numero__lt=1_000_000_000), name="detailed_budgets_numero_ck"
            ),
            models.CheckConstraint(condition=Q(validade__gte=F("data")), name="detailed_budgets_validade_ck"),
            models.CheckConstraint(condition=Q(total__gte=0), name="detailed_budgets_total_ck"),
        ]
        indexes = [
            models.Index(fields=["empresa", "ordem"], name="detailed_budgets_ordem_idx"),
            models.Index(fields=["empresa", "cliente"], name="detailed_budgets_cliente_idx"),
            models.Index(fields=["empresa", "status", "validade"], name="detailed_budgets_status_idx"),
            models.Index(fields=["empresa", "data"], name="detailed_budgets_data_idx"),
            models.Index(
                fields=["empresa", "referencia_cliente"],
                condition=~Q(referencia_cliente=""),
                name="detailed_budgets_ref_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.numero_com_revisao

    @property
    def numero_com_revisao(self) -> str:
        """`ORC-2026-0001`, from the second revision on `ORC-2026-0001 R2`."""
        numero = self.budget_number or numero_formatado(self.ano, self.numero)
        return numero if self.revisao == 1 else f"{numero} R{self.revisao}"

    @property
    def rascunho(self) -> bool:
        """Only a draft may be edited."""
        return self.status == Status.RASCUNHO
