from django.db import models
from django.db.models import Q

from cobranca.models.instancia import Instancia
from nucleo.models import ChaveInquilino, ModeloDaEmpresa


class EventoRecebido(ModeloDaEmpresa):
    """The inbox of the gateway's webhooks: stored first, processed later, each body once."""

    instancia = ChaveInquilino(Instancia, related_name="+", verbose_name="instância")
    evento = models.CharField("evento", max_length=60)
    resumo = models.CharField(max_length=64, editable=False)
    dados = models.JSONField("dados")
    recebido_em = models.DateTimeField("recebido em", auto_now_add=True)
    processado_em = models.DateTimeField("processado em", null=True, blank=True)
    # Out of order is normal: a receipt may come before the answer it belongs to was recorded.
    tentar_em = models.DateTimeField("tentar em", null=True, blank=True)
    tentativas = models.PositiveSmallIntegerField("tentativas", default=0)
    resultado = models.CharField("resultado", max_length=200, blank=True)

    class Meta:
        verbose_name = "evento recebido"
        verbose_name_plural = "eventos recebidos"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["empresa", "instancia", "resumo"], name="cobranca_evento_resumo_uniq"
            ),
        ]
        indexes = [
            models.Index(
                fields=["empresa", "tentar_em", "id"],
                condition=Q(processado_em=None),
                name="cobranca_evento_fila_idx",
            ),
            models.Index(fields=["empresa", "recebido_em"], name="cobranca_evento_recebido_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.evento} {self.pk}"
