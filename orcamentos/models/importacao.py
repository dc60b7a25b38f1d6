from django.db import models

from nucleo.models import ImportacaoDeArquivo


class ImportacaoDeOrcamentos(ImportacaoDeArquivo):
    """A file of quotes being brought in."""

    class Meta:
        db_table = "budget_importacoes"
        verbose_name = "importação de orçamentos"
        verbose_name_plural = "importações de orçamentos"
        constraints = [
            models.UniqueConstraint(fields=["empresa", "chave"], name="budget_importacoes_chave_uniq"),
        ]
