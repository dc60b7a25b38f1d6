from django.db import models

from nucleo.models import ChaveInquilino, ModeloDaEmpresa


class ImportacaoDeClientes(ModeloDaEmpresa):
    """One file being brought in, and how far it is settled.

    The position is written in the same transaction as its chunk: a killed import, started again with the
    same file, goes on behind the last committed chunk. `conteudo` is kept only for files that came through
    the office, where the process that imports is not the one that received the upload.
    """

    class Estado(models.TextChoices):
        CONFERIDA = "conferida", "Conferida, aguarda confirmação"
        EM_CURSO = "em_curso", "Em curso"
        CONCLUIDA = "concluida", "Concluída"

    arquivo = models.CharField("arquivo", max_length=200)
    chave = models.CharField("conteúdo (SHA-256)", max_length=64, editable=False)
    conteudo = models.BinaryField(null=True, editable=False)
    estado = models.CharField("estado", max_length=10, choices=Estado, default=Estado.EM_CURSO)
    total = models.IntegerField("linhas", null=True)
    ate_linha = models.IntegerField("até a linha", default=0)
    lidas = models.IntegerField("lidas", default=0)
    gravadas = models.IntegerField("gravadas", default=0)
    com_erro = models.IntegerField("com erro", default=0)
    por = models.CharField("por", max_length=120, blank=True)
    criada_em = models.DateTimeField("iniciada em", auto_now_add=True)
    concluida_em = models.DateTimeField("concluída em", null=True)

    class Meta:
        verbose_name = "importação de clientes"
        verbose_name_plural = "importações de clientes"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "chave"], name="clientes_importacao_chave_uniq"),
        ]

    def __str__(self) -> str:
        return self.arquivo


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
