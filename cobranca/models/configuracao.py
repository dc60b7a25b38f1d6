from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from nucleo.models import ModeloDaEmpresa


class ConfiguracaoCobranca(ModeloDaEmpresa):
    """How one empresa sends. One row each, created with the empresa."""

    class Modo(models.TextChoices):
        DESLIGADO = "off", "Desligado: nada sai"
        ENSAIO = "ensaio", "Ensaio: mostra o que sairia"
        LIGADO = "on", "Ligado"

    class SemRegistro(models.TextChoices):
        PENDING = "pending", "Enviar de novo"
        HELD = "held", "Segurar para uma pessoa decidir"

    modo = models.CharField("modo de envio", max_length=6, choices=Modo, default=Modo.LIGADO)
    apos_sem_registro = models.CharField(
        "envio incerto que o gateway não registrou",
        max_length=7,
        choices=SemRegistro,
        default=SemRegistro.PENDING,
        help_text="O gateway pode ter enviado sem registrar: enviar de novo pode repetir a mensagem.",
    )
    limite_tentativas = models.PositiveSmallIntegerField(
        "tentativas por mensagem", default=5, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    agradecimento = models.BooleanField("agradecer o pagamento", default=False)
    facultativos = models.BooleanField("pontos facultativos contam como feriado", default=False)
    concluir_apos_dias = models.PositiveSmallIntegerField(
        "dias até concluir", default=7, help_text="Depois da última mensagem, o ciclo não pago é concluído."
    )

    class Meta:
        verbose_name = "configuração da cobrança"
        verbose_name_plural = "configuração da cobrança"
        constraints = [
            models.UniqueConstraint(fields=["empresa"], name="cobranca_configuracao_uniq"),
            models.CheckConstraint(
                condition=Q(limite_tentativas__gte=1), name="cobranca_configuracao_limite_positivo"
            ),
        ]

    def __str__(self) -> str:
        return "Configuração da cobrança"


class Horario(ModeloDaEmpresa):
    """One opening of the week. None at all means always open."""

    class Dia(models.IntegerChoices):
        SEGUNDA = 0, "segunda-feira"
        TERCA = 1, "terça-feira"
        QUARTA = 2, "quarta-feira"
        QUINTA = 3, "quinta-feira"
        SEXTA = 4, "sexta-feira"
        SABADO = 5, "sábado"
        DOMINGO = 6, "domingo"

    dia = models.PositiveSmallIntegerField("dia", choices=Dia)
    abre = models.TimeField("abre")
    fecha = models.TimeField("fecha")

    class Meta:
        verbose_name = "horário de envio"
        verbose_name_plural = "horários de envio"
        ordering = ["dia", "abre"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "dia", "abre"], name="cobranca_horario_uniq"),
            models.CheckConstraint(condition=Q(abre__lt=F("fecha")), name="cobranca_horario_ordem"),
            models.CheckConstraint(condition=Q(dia__lte=6), name="cobranca_horario_dia_valido"),
        ]

    def __str__(self) -> str:
        return f"{self.get_dia_display()} {self.abre:%H:%M}-{self.fecha:%H:%M}"


class Feriado(ModeloDaEmpresa):
    """A day off of the empresa's own (municipal holiday, collective holiday)."""

    data = models.DateField("data")
    nome = models.CharField("nome", max_length=80)

    class Meta:
        verbose_name = "feriado próprio"
        verbose_name_plural = "feriados próprios"
        ordering = ["data"]
        constraints = [models.UniqueConstraint(fields=["empresa", "data"], name="cobranca_feriado_uniq")]

    def __str__(self) -> str:
        return f"{self.data:%d/%m/%Y} {self.nome}"
