from django.db import models

from nucleo.models import ChaveInquilino, ImportacaoDoEscritorio, LinhaRecusada


class ImportacaoDeClientes(ImportacaoDoEscritorio):
    """A file of customers being brought in."""

    class Meta:
        verbose_name = "importação de clientes"
        verbose_name_plural = "importações de clientes"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "chave"], name="clientes_importacao_chave_uniq"),
        ]


class ErroDaImportacao(LinhaRecusada):
    """A refused row of a file of customers."""

    importacao = ChaveInquilino(
        ImportacaoDeClientes, models.CASCADE, related_name="erros", verbose_name="importação", db_index=False
    )

    class Meta:
        verbose_name = "erro de importação"
        verbose_name_plural = "erros de importação"
        ordering = ["linha", "id"]
        indexes = [
            models.Index(fields=["empresa", "importacao", "linha"], name="clientes_erroimport_linha_idx")
        ]
