from django.db import models


class Pulso(models.Model):
    """The last sign of life of a part of the stack (worker, beat, a scheduled round)."""

    nome = models.CharField(max_length=60, primary_key=True)
    em = models.DateTimeField()
    detalhe = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "pulso"
        verbose_name_plural = "pulsos"

    def __str__(self) -> str:
        return self.nome
