"""The counter of one empresa and year, and the ranges of it that another system had numbered."""

from django.db import models
from django.db.models import F, Q

from nucleo.models import ModeloDaEmpresa


class SerieOrcamento(ModeloDaEmpresa):
    """The last number given in one year. Moved by `nucleo.sequencias` alone; a trigger refuses steps back."""

    ano = models.PositiveIntegerField("ano")
    ultimo_numero = models.PositiveBigIntegerField("último número", default=0)

    class Meta:
        db_table = "budget_sequencias"
        verbose_name = "série de orçamentos"
        verbose_name_plural = "séries de orçamentos"
        ordering = ["-ano"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "ano"], name="budget_sequencias_empresa_ano_uniq"),
        ]

    def __str__(self) -> str:
        return f"ORC-{self.ano}"


class FaixaImportada(ModeloDaEmpresa):
    """Numbers `de` to `ate` were passed over when the counter was pushed: one missing there is no gap."""

    ano = models.PositiveIntegerField("ano")
    de = models.PositiveBigIntegerField("de")
    ate = models.PositiveBigIntegerField("até")
    motivo = models.CharField("motivo", max_length=60)
    criada_em = models.DateTimeField("criada em", auto_now_add=True)

    class Meta:
        db_table = "budget_faixas_importadas"
        verbose_name = "faixa importada"
        verbose_name_plural = "faixas importadas"
        ordering = ["ano", "de"]
        constraints = [
            models.CheckConstraint(
                condition=Q(de__gte=1, ate__gte=F("de")), name="budget_faixas_importadas_ordem_ck"
            ),
        ]
        indexes = [models.Index(fields=["empresa", "ano", "de"], name="budget_faixas_ano_idx")]

    def __str__(self) -> str:
        return f"ORC-{self.ano}: {self.de} a {self.ate}"
