from django.db import models
from django.db.models import Q

from cobranca.models.contato import Contato
from cobranca.models.regua import Regua
from nucleo.models import ChaveInquilino, ModeloDaEmpresa


class Ciclo(ModeloDaEmpresa):
    """One charge being followed up. Its row is the lock before which none of its messages changes."""

    class Status(models.TextChoices):
        ATIVO = "ativo", "Ativo"
        PAGO = "pago", "Pago"
        CANCELADO = "cancelado", "Cancelado"
        CONCLUIDO = "concluido", "Concluído"

    external_billing_id = models.CharField("identificador da cobrança", max_length=100)
    contato = ChaveInquilino(Contato, related_name="ciclos", verbose_name="contato", db_index=False)
    regua = ChaveInquilino(Regua, related_name="+", verbose_name="régua")
    valor = models.DecimalField("valor", max_digits=14, decimal_places=2)
    vencimento = models.DateField("vencimento")
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.ATIVO)
    # A promise of payment: nothing leaves up to and including this day.
    pausado_ate = models.DateField("pausado até", null=True, blank=True)
    motivo = models.CharField("motivo do encerramento", max_length=200, blank=True)
    versao = models.PositiveIntegerField("versão", default=1, editable=False)
    criado_em = models.DateTimeField("criado em", auto_now_add=True)
    encerrado_em = models.DateTimeField("encerrado em", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "ciclo de cobrança"
        verbose_name_plural = "ciclos de cobrança"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["empresa", "external_billing_id"],
                condition=Q(status="ativo"),
                name="cobranca_ciclo_ativo_uniq",
            ),
            models.CheckConstraint(condition=Q(valor__gt=0), name="cobranca_ciclo_valor_positivo"),
            models.CheckConstraint(
                condition=Q(status="ativo", encerrado_em=None) | (~Q(status="ativo") & ~Q(encerrado_em=None)),
                name="cobranca_ciclo_encerrado_coerente",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["ativo", "pago", "cancelado", "concluido"]),
                name="cobranca_ciclo_status_valido",
            ),
        ]
        indexes = [
            models.Index(fields=["empresa", "external_billing_id", "-id"], name="cobranca_ciclo_externo_idx"),
            models.Index(fields=["empresa", "contato"], name="cobranca_ciclo_contato_idx"),
            models.Index(fields=["empresa", "criado_em"], name="cobranca_ciclo_criado_idx"),
        ]

    def __str__(self) -> str:
        return self.external_billing_id
