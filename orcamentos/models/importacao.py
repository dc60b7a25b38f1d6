from django.db import models

from nucleo.models import ChaveInquilino, ImportacaoDoEscritorio, LinhaRecusada


class ImportacaoDeOrcamentos(ImportacaoDoEscritorio):
    """A file of quotes being brought in."""

    class Meta:
        db_table = "budget_importacoes"
        verbose_name = "importação de orçamentos"
        verbose_name_plural = "importações de orçamentos"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "chave"], name="budget_importacoes_chave_uniq"),
        ]


class ErroDaImportacao(LinhaRecusada):
    """A refused row of a file of quotes."""

    importacao = ChaveInquilino(
        ImportacaoDeOrcamentos,
        models.CASCADE,
        related_name="erros",
        verbose_name="importação",
        db_index=False,
    )

    class Meta:
        db_table = "budget_importacao_erros"
        verbose_name = "erro de importação"
        verbose_name_plural = "erros de importação"
        ordering = ["linha", "id"]
        indexes = [
            models.Index(fields=["empresa", "importacao", "linha"], name="budget_importacao_erros_idx")
        ]
