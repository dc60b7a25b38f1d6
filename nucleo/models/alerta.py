from django.db import models
from django.db.models import Q


class Alerta(models.Model):
    """Something a person must know: opened once per (empresa, chave), resolved when it is over.

    `empresa` is null for the installation's own alerts (a silent scheduler), which every empresa's
    office sees.
    """

    class Severidade(models.TextChoices):
        AVISO = "warning", "Aviso"
        ERRO = "error", "Erro"

    empresa = models.ForeignKey(
        "nucleo.Empresa", models.CASCADE, null=True, blank=True, related_name="+", editable=False
    )
    chave = models.CharField("chave", max_length=120)
    severidade = models.CharField("severidade", max_length=10, choices=Severidade)
    titulo = models.CharField("título", max_length=160)
    detalhe = models.TextField("detalhe", blank=True)
    dados = models.JSONField("dados", default=dict, blank=True)
    aberto_em = models.DateTimeField("aberto em", auto_now_add=True)
    visto_em = models.DateTimeField("visto por último em", auto_now=True)
    resolvido_em = models.DateTimeField("resolvido em", null=True, blank=True)

    class Meta:
        verbose_name = "alerta"
        verbose_name_plural = "alertas"
        ordering = ["-aberto_em"]
        constraints = [
            models.UniqueConstraint(
                fields=["empresa", "chave"],
                condition=Q(resolvido_em=None),
                nulls_distinct=False,
                name="nucleo_alerta_aberto_uniq",
            ),
        ]

    def __str__(self) -> str:
        return self.titulo
