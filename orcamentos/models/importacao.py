from django.db import models

from nucleo.models import ModeloDaEmpresa


class ImportacaoDeOrcamentos(ModeloDaEmpresa):
    """How far the import of one file is. Moves in the same transaction as the rows it speaks of."""

    arquivo = models.CharField("arquivo", max_length=200)
    chave = models.CharField("chave do conteúdo", max_length=64)
    ate_linha = models.PositiveIntegerField(default=0)
    lidas = models.PositiveIntegerField(default=0)
    gravadas = models.PositiveIntegerField(default=0)
    com_erro = models.PositiveIntegerField(default=0)
    atualizada_em = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "budget_importacoes"
        verbose_name = "importação de orçamentos"
        verbose_name_plural = "importações de orçamentos"
        constraints = [
            models.UniqueConstraint(fields=["empresa", "chave"], name="budget_importacoes_chave_uniq"),
        ]

    def __str__(self) -> str:
        return self.arquivo
