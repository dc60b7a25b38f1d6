from django.db import models
from django.db.models import Q

from cobranca.models.template import Template
from nucleo.models import ChaveInquilino, ModeloDaEmpresa
from nucleo.textos import contados


class Regua(ModeloDaEmpresa):
    """The steps of a ciclo. Which one applies: the named one, that of the customer's kind, the default."""

    class TipoCliente(models.TextChoices):
        QUALQUER = "", "Qualquer cliente"
        PESSOA = "pf", "Pessoa física"
        EMPRESA = "pj", "Pessoa jurídica"

    nome = models.CharField("nome", max_length=60)
    tipo_cliente = models.CharField(
        "tipo de cliente", max_length=2, choices=TipoCliente, default=TipoCliente.QUALQUER, blank=True
    )
    padrao = models.BooleanField(
        "padrão", default=False, help_text="Usada quando o ciclo não pede outra, para este tipo de cliente."
    )
    ativa = models.BooleanField("ativa", default=True)
    versao = models.PositiveIntegerField("versão", default=1, editable=False)

    class Meta:
        verbose_name = "régua"
        verbose_name_plural = "réguas"
        ordering = ["nome"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "nome"], name="cobranca_regua_nome_uniq"),
            models.UniqueConstraint(
                fields=["empresa", "tipo_cliente"],
                condition=Q(padrao=True),
                name="cobranca_regua_padrao_uniq",
            ),
            models.CheckConstraint(
                condition=Q(padrao=False) | Q(ativa=True), name="cobranca_regua_padrao_ativa"
            ),
        ]

    def __str__(self) -> str:
        return self.nome


def passo_em_palavras(dias: int) -> str:
    """Return what a step of so many days from the due date is called."""
    if dias == 0:
        return "no vencimento"
    return f"{contados(abs(dias), 'dia', 'dias')} {'antes' if dias < 0 else 'depois'}"


class Passo(ModeloDaEmpresa):
    """One step: so many days from the due date, with its template."""

    regua = ChaveInquilino(Regua, models.CASCADE, related_name="passos", verbose_name="régua")
    dias = models.SmallIntegerField(
        "dias do vencimento", help_text="Negativo: antes do vencimento; zero: no dia; positivo: depois."
    )
    hora = models.TimeField(
        "a partir de", null=True, blank=True, help_text="Vazio: assim que a empresa abrir no dia."
    )
    template = ChaveInquilino(
        Template,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="modelo",
        help_text="Vazio ou desligado: sai o modelo genérico.",
    )

    class Meta:
        verbose_name = "passo"
        verbose_name_plural = "passos"
        ordering = ["dias"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "regua", "dias"], name="cobranca_passo_dias_uniq"),
            models.CheckConstraint(
                condition=Q(dias__gte=-365) & Q(dias__lte=365), name="cobranca_passo_dias_limite"
            ),
        ]

    def __str__(self) -> str:
        return passo_em_palavras(self.dias)
