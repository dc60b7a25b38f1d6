from django.db import models

from nucleo.models import ChaveInquilino, ModeloDaEmpresa


class RevisaoOrcamento(ModeloDaEmpresa):
    """What one revision said when it was sent. Written once; `inquilino` may not change or delete it."""

    orcamento = ChaveInquilino("orcamentos.Orcamento", models.CASCADE, related_name="revisoes")
    revisao = models.PositiveIntegerField("revisão")
    conteudo = models.JSONField("conteúdo")
    total = models.DecimalField("total", max_digits=20, decimal_places=2)
    enviada_em = models.DateTimeField("enviada em", auto_now_add=True)
    enviada_por = models.CharField("enviada por", max_length=120)

    class Meta:
        db_table = "detailed_budget_revisions"
        verbose_name = "revisão"
        verbose_name_plural = "revisões"
        ordering = ["orcamento", "revisao"]
        constraints = [
            models.UniqueConstraint(
                fields=["empresa", "orcamento", "revisao"], name="detailed_budget_revisions_uniq"
            ),
        ]

    def __str__(self) -> str:
        return f"R{self.revisao}"
