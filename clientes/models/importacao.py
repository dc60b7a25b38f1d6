from django.db import models

from nucleo.models import ChaveInquilino, ImportacaoDeArquivo, ModeloDaEmpresa


class ImportacaoDeClientes(ImportacaoDeArquivo):
    """A file of customers being brought in.

    `conteudo` is kept only for files that came through the office, where the process that imports is not
    the one that received the upload.
    """

    class Estado(models.TextChoices):
        CONFERIDA = "conferida", "Conferida, aguarda confirmação"
        EM_CURSO = "em_curso", "Em curso"
        CONCLUIDA = "concluida", "Concluída"

    conteudo = models.BinaryField(null=True, editable=False)
    estado = models.CharField("estado", max_length=10, choices=Estado, default=Estado.EM_CURSO)
    total = models.IntegerField("linhas", null=True)

    class Meta:
        verbose_name = "importação de clientes"
        verbose_name_plural = "importações de clientes"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "chave"], name="clientes_importacao_chave_uniq"),
        ]


class ErroDaImportacao(ModeloDaEmpresa):
    """A refused row: what the office downloads to correct and send again."""

    importacao = ChaveInquilino(
        ImportacaoDeClientes, models.CASCADE, related_name="erros", verbose_name="importação", db_index=False
    )
    linha = models.IntegerField("linha")
    campo = models.CharField("campo", max_length=60, blank=True)
    codigo = models.CharField("código", max_length=60)
    motivo = models.CharField("motivo", max_length=400)

    class Meta:
        verbose_name = "erro de importação"
        verbose_name_plural = "erros de importação"
        ordering = ["linha", "id"]
        indexes = [
            models.Index(fields=["empresa", "importacao", "linha"], name="clientes_erroimport_linha_idx")
        ]

    def __str__(self) -> str:
        return f"{self.linha}: {self.motivo}"
