from django.db import models

from nucleo.models.base import ModeloDaEmpresa


class ImportacaoDeArquivo(ModeloDaEmpresa):
    """One file being brought in, and how far it is settled.

    The position is written in the same transaction as its block: a killed import, started again with the
    same file, goes on behind the last committed block. Each app that imports has a table of its own.
    """

    arquivo = models.CharField("arquivo", max_length=200)
    chave = models.CharField("conteúdo (SHA-256)", max_length=64, editable=False)
    ate_linha = models.IntegerField("até a linha", default=0)
    lidas = models.IntegerField("lidas", default=0)
    gravadas = models.IntegerField("gravadas", default=0)
    com_erro = models.IntegerField("com erro", default=0)
    por = models.CharField("por", max_length=120, blank=True)
    criada_em = models.DateTimeField("iniciada em", auto_now_add=True)
    concluida_em = models.DateTimeField("concluída em", null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.arquivo


class ImportacaoDoEscritorio(ImportacaoDeArquivo):
    """An import that may come through the office too: previewed, confirmed, run by a worker.

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
        abstract = True


class LinhaRecusada(ModeloDaEmpresa):
    """A refused row of an import: what the office downloads to correct and send again."""

    linha = models.IntegerField("linha")
    campo = models.CharField("campo", max_length=60, blank=True)
    codigo = models.CharField("código", max_length=60)
    motivo = models.CharField("motivo", max_length=400)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.linha}: {self.motivo}"
