from typing import ClassVar

from django.db import models
from django.db.models import Q

from cobranca.models.ciclo import Ciclo
from cobranca.models.instancia import Instancia
from cobranca.models.regua import passo_em_palavras
from cobranca.models.template import Template, Variacao
from nucleo.models import ChaveInquilino, ModeloDaEmpresa


class Mensagem(ModeloDaEmpresa):
    """One message of a ciclo, a row from the start, with its planned moment.

    `sending` with `incerta_em` empty is a call in flight; with it set, nobody knows whether the message
    left, and it is looked up at the gateway. Text and number are those of the last attempt.
    """

    class Status(models.TextChoices):
        PENDENTE = "pending", "Pendente"
        ENVIANDO = "sending", "Enviando"
        ENVIADA = "sent", "Enviada"
        ENTREGUE = "delivered", "Entregue"
        LIDA = "read", "Lida"
        FALHOU = "failed", "Falhou"
        SEGURA = "held", "Aguardando decisão"
        CANCELADA = "cancelled", "Cancelada"
        SUBSTITUIDA = "superseded", "Substituída"

    class Tipo(models.TextChoices):
        LEMBRETE = "lembrete", "Lembrete"
        AGRADECIMENTO = "agradecimento", "Agradecimento"
        CONFIRMACAO = "confirmacao", "Confirmação de parada"

    # What has left, surely.
    SAIU: ClassVar[tuple[str, ...]] = ("sent", "delivered", "read")
    # What may still leave: a ciclo with one of these is not over.
    ABERTAS: ClassVar[tuple[str, ...]] = ("pending", "sending", "held")

    # No index per reference: each would be written again at every claim and every record.
    ciclo = ChaveInquilino(Ciclo, related_name="mensagens", verbose_name="ciclo", db_index=False)
    tipo = models.CharField("tipo", max_length=13, choices=Tipo, default=Tipo.LEMBRETE)
    passo = models.SmallIntegerField("passo", help_text="Dias a partir do vencimento.")
    template = ChaveInquilino(
        Template, null=True, blank=True, related_name="+", verbose_name="modelo", db_index=False
    )
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.PENDENTE)
    planejada_para = models.DateTimeField("planejada para", editable=False)
    agendada_para = models.DateTimeField("sai a partir de")
    tentativas = models.PositiveSmallIntegerField("tentativas", default=0, editable=False)
    token = models.UUIDField(null=True, blank=True, editable=False)
    reclamada_em = models.DateTimeField("em envio desde", null=True, blank=True, editable=False)
    incerta_em = models.DateTimeField("incerta desde", null=True, blank=True, editable=False)
    # When to look the uncertain one up next: never before the longest possible request is over.
    consultar_em = models.DateTimeField(null=True, blank=True, editable=False)
    # The empresa's day on which a reminder was tried or sent; one per ciclo and day.
    dia_envio = models.DateField(null=True, blank=True, editable=False)
    instancia = ChaveInquilino(
        Instancia,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="instância",
        editable=False,
        db_index=False,
    )
    variacao = ChaveInquilino(
        Variacao, models.SET_NULL, null=True, blank=True, related_name="+", editable=False, db_index=False
    )
    numero = models.CharField("número", max_length=20, blank=True, editable=False)
    texto = models.TextField("texto", blank=True, editable=False)
    enviada_em = models.DateTimeField("enviada em", null=True, blank=True, editable=False)
    entregue_em = models.DateTimeField("entregue em", null=True, blank=True, editable=False)
    lida_em = models.DateTimeField("lida em", null=True, blank=True, editable=False)
    provider_id = models.CharField("id no WhatsApp", max_length=64, blank=True, editable=False)
    numero_usado = models.CharField("número usado", max_length=60, blank=True, editable=False)
    erro = models.CharField("motivo", max_length=300, blank=True, editable=False)
    aviso = models.CharField("aviso", max_length=200, blank=True, editable=False)
    ensaiada_em = models.DateTimeField("ensaiada em", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "mensagem"
        verbose_name_plural = "mensagens"
        ordering = ["-id"]
        constraints = [
            # Promise M: one sender has at most one message in flight, whoever forgets to lock.
            models.UniqueConstraint(
                fields=["empresa", "ciclo", "dia_envio"],
                condition=Q(tipo="lembrete") & ~Q(dia_envio=None),
                name="cobranca_mensagem_dia_uniq",
            ),
            models.UniqueConstraint(
                fields=["empresa", "ciclo", "passo"],
                condition=Q(tipo="lembrete", status__in=["pending", "sending", "held"]),
                name="cobranca_mensagem_passo_uniq",
            ),
            models.CheckConstraint(
                condition=~Q(status="sending")
                | (Q(token__isnull=False) & Q(reclamada_em__isnull=False) & Q(instancia__isnull=False)),
                name="cobranca_mensagem_envio_com_token",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["sent", "delivered", "read"]) | Q(enviada_em__isnull=False),
                name="cobranca_mensagem_enviada_quando",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "pending", "sending", "sent", "delivered", "read",
                        "failed", "held", "cancelled", "superseded",
                    ]
                ),
                name="cobranca_mensagem_status_valido",
            ),
        ]  # fmt: skip
        indexes = [
            # The queue: only what waits is in it, so its depth does not slow a claim.
            models.Index(
                fields=["empresa", "agendada_para", "id"],
                condition=Q(status="pending"),
                name="cobranca_mensagem_fila_idx",
            ),
            models.Index(
                fields=["empresa", "reclamada_em"],
                condition=Q(status="sending"),
                name="cobranca_mensagem_envio_idx",
            ),
            models.Index(
                fields=["empresa", "id"], condition=Q(status="held"), name="cobranca_mensagem_segura_idx"
            ),
            models.Index(
                fields=["empresa", "provider_id"],
                condition=~Q(provider_id=""),
                name="cobranca_mensagem_provedor_idx",
            ),
            models.Index(
                fields=["empresa", "enviada_em"],
                condition=Q(enviada_em__isnull=False),
                name="cobranca_mensagem_enviada_idx",
            ),
            models.Index(fields=["empresa", "ciclo"], name="cobranca_mensagem_ciclo_idx"),
        ]

    @property
    def passo_em_palavras(self) -> str:
        """Its step from the due date; a message of no step is called by its kind."""
        return passo_em_palavras(self.passo) if self.tipo == self.Tipo.LEMBRETE else self.get_tipo_display()

    def __str__(self) -> str:
        return f"Mensagem {self.pk}: {self.passo_em_palavras}"


class Tentativa(ModeloDaEmpresa):
    """What one attempt came to, in order; also what recovery and people decided afterwards."""

    class Resultado(models.TextChoices):
        ENVIADA = "sent", "Enviada"
        RECUSADA = "refused", "Recusada de vez"
        NAO_ENVIADA = "not_sent", "Não saiu"
        INCERTA = "uncertain", "Incerta"
        PARADA = "stopped", "Parada antes da chamada"
        ACHADA = "found", "Achada no gateway"
        NAO_ACHADA = "not_found", "Não registrada no gateway"
        DECISAO = "decision", "Decisão de uma pessoa"

    mensagem = ChaveInquilino(
        Mensagem, models.CASCADE, related_name="historico", verbose_name="mensagem", db_index=False
    )
    instancia = ChaveInquilino(
        Instancia, null=True, related_name="+", verbose_name="instância", db_index=False
    )
    token = models.UUIDField(null=True, editable=False)
    resultado = models.CharField("resultado", max_length=10, choices=Resultado)
    iniciada_em = models.DateTimeField("iniciada em", null=True)
    em = models.DateTimeField("em")
    detalhe = models.CharField("detalhe", max_length=300, blank=True)

    class Meta:
        verbose_name = "tentativa"
        verbose_name_plural = "tentativas"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["empresa", "mensagem"], name="cobranca_tentativa_msg_idx"),
            models.Index(fields=["empresa", "em"], name="cobranca_tentativa_em_idx"),
        ]

    def __str__(self) -> str:
        return self.get_resultado_display()
