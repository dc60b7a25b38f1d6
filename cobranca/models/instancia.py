from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from nucleo.models import ModeloDaEmpresa


class Instancia(ModeloDaEmpresa):
    """One WhatsApp number connected at an Evolution API server: one sender.

    Its key and its webhook secret are encrypted at rest and shown nowhere.
    """

    class Estado(models.TextChoices):
        DESCONHECIDO = "", "não verificada"
        ABERTA = "open", "conectada"
        CONECTANDO = "connecting", "conectando"
        FECHADA = "close", "desconectada"
        RECUSADA = "refused", "recusada"
        FORA_DO_AR = "offline", "sem resposta"

    nome = models.CharField(
        "nome na Evolution API", max_length=60, validators=[RegexValidator(r"^[\w.-]+\Z")]
    )
    # Names the sender in the webhook's address, where there is no empresa yet.
    codigo = models.CharField("código do webhook", max_length=120, unique=True, editable=False)
    url = models.URLField("endereço do servidor", max_length=200)
    chave_cifrada = models.TextField(editable=False)
    segredo_cifrado = models.TextField(editable=False)
    ordem = models.PositiveSmallIntegerField(
        "ordem de preferência", default=1, help_text="A menor que estiver sadia envia; iguais se revezam."
    )
    ativa = models.BooleanField("ativa", default=True)
    por_minuto = models.PositiveIntegerField("mensagens por minuto", default=20, help_text="0: sem limite.")
    variacao_ritmo = models.PositiveSmallIntegerField(
        "variação do ritmo (%)", default=20, validators=[MaxValueValidator(90)]
    )
    aquecimento_dias = models.PositiveSmallIntegerField(
        "dias de aquecimento", default=0, help_text="Número novo: o ritmo sobe aos poucos nestes dias."
    )
    proxima_em = models.DateTimeField("próximo envio a partir de", null=True, editable=False)
    estado = models.CharField("conexão", max_length=10, choices=Estado, blank=True, editable=False)
    sadia = models.BooleanField("sadia", default=False, editable=False)
    verificada_em = models.DateTimeField("verificada em", null=True, editable=False)
    doente_desde = models.DateTimeField("sem condições desde", null=True, editable=False)
    motivo = models.CharField("motivo", max_length=200, blank=True, editable=False)
    falhas_seguidas = models.PositiveIntegerField("falhas seguidas", default=0, editable=False)
    disjuntor_ate = models.DateTimeField("em descanso até", null=True, editable=False)
    # Our address as the gateway was last told it; the digest also covers the secret and the gateway told.
    webhook_url = models.CharField("webhook registrado", max_length=300, blank=True, editable=False)
    webhook_resumo = models.CharField(max_length=64, blank=True, editable=False)
    webhook_registrado_em = models.DateTimeField("webhook registrado em", null=True, editable=False)
    webhook_motivo = models.CharField("falha do webhook", max_length=200, blank=True, editable=False)
    criada_em = models.DateTimeField("criada em", auto_now_add=True)

    class Meta:
        verbose_name = "instância do WhatsApp"
        verbose_name_plural = "instâncias do WhatsApp"
        ordering = ["ordem", "id"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "nome"], name="cobranca_instancia_nome_uniq"),
            models.CheckConstraint(condition=~Q(chave_cifrada=""), name="cobranca_instancia_com_chave"),
        ]

    def __str__(self) -> str:
        return self.nome
