from django.db import models

from nucleo.models import ModeloDaEmpresa


class ImportacaoDeMovimentacoes(ModeloDaEmpresa):
    """One file being brought in. The position is written in its chunk's transaction, so a killed import,
    started again with the same file, goes on behind the last committed chunk.
    """

    arquivo = models.CharField("arquivo", max_length=200)
    chave = models.CharField("conteúdo (SHA-256)", max_length=64, editable=False)
    concluida = models.BooleanField("concluída", default=False)
    ate_linha = models.IntegerField("até a linha", default=0)
    lidas = models.IntegerField("lidas", default=0)
    gravadas = models.IntegerField("gravadas", default=0)
    com_erro = models.IntegerField("com erro", default=0)
    por = models.CharField("por", max_length=120, blank=True)
    criada_em = models.DateTimeField("iniciada em", auto_now_add=True)

    class Meta:
        verbose_name = "importação de movimentações"
        verbose_name_plural = "importações de movimentações"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "chave"], name="estoque_importacao_chave_uniq"),
        ]

    def __str__(self) -> str:
        return self.arquivo
