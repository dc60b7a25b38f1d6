from django.db import models

from nucleo.models import ImportacaoDeArquivo


class ImportacaoDeMovimentacoes(ImportacaoDeArquivo):
    """A file of movements being brought in."""

    class Meta:
        verbose_name = "importação de movimentações"
        verbose_name_plural = "importações de movimentações"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "chave"], name="estoque_importacao_chave_uniq"),
        ]
