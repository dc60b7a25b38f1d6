from django.db import models
from django.db.models import F, Q

from clientes.models.codigo import ULTIMO
from clientes.models.municipio import Municipio
from nucleo.models import ModeloDaEmpresa


class ContadorDeMunicipios(ModeloDaEmpresa):
    """The last XXXX given in an empresa. First in the lock order: municipalities are numbered densely."""

    ultimo_numero = models.IntegerField(default=0)

    class Meta:
        db_table = "codigo_municipio_contadores"
        verbose_name = "contador de municípios"
        verbose_name_plural = "contadores de municípios"
        constraints = [
            models.UniqueConstraint(fields=["empresa"], name="codigo_municipio_contadores_uniq"),
            models.CheckConstraint(
                condition=Q(ultimo_numero__gte=0, ultimo_numero__lte=ULTIMO),
                name="codigo_municipio_contadores_faixa",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.empresa_id}: {self.ultimo_numero}"


class CodigoSequencia(ModeloDaEmpresa):
    """The counter of one scope: a municipality of an empresa. The row's lock is the scope's lock.

    Without a municipality it stands for an XXXX that came with legacy codes of customers who live
    elsewhere now: nobody else may be given it.
    """

    municipio = models.ForeignKey(
        Municipio, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="município"
    )
    numero_municipio = models.IntegerField("número do município")
    ultima_sequencia = models.IntegerField("última sequência", default=0)

    class Meta:
        db_table = "codigo_sequencias"
        verbose_name = "sequência de códigos"
        verbose_name_plural = "sequências de códigos"
        ordering = ["numero_municipio"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "municipio"], name="codigo_sequencias_municipio_uniq"),
            models.UniqueConstraint(
                fields=["empresa", "numero_municipio"], name="codigo_sequencias_numero_uniq"
            ),
            models.CheckConstraint(
                condition=Q(numero_municipio__gte=1, numero_municipio__lte=ULTIMO)
                & Q(ultima_sequencia__gte=0, ultima_sequencia__lte=ULTIMO),
                name="codigo_sequencias_faixa",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.numero_municipio:04d}: {self.ultima_sequencia}"


class FaixaImportada(ModeloDaEmpresa):
    """Numbers that this system did not give: a hole among them is not a gap.

    `numero_municipio` null: a range of the XXXX themselves.
    """

    numero_municipio = models.IntegerField("número do município", null=True, blank=True)
    de = models.IntegerField("de")
    ate = models.IntegerField("até")
    origem = models.CharField("origem", max_length=60)
    criada_em = models.DateTimeField("criada em", auto_now_add=True)

    class Meta:
        db_table = "codigo_faixas_importadas"
        verbose_name = "faixa importada"
        verbose_name_plural = "faixas importadas"
        constraints = [
            models.CheckConstraint(
                condition=Q(de__gte=1) & Q(ate__gte=F("de")), name="codigo_faixas_importadas_ordem"
            ),
        ]
        indexes = [
            models.Index(fields=["empresa", "numero_municipio"], name="codigo_faixas_numero_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.numero_municipio}: {self.de}-{self.ate}"
