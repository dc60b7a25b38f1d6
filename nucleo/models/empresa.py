import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models


def validar_fuso(valor: str) -> None:
    if valor not in zoneinfo.available_timezones():
        raise ValidationError(f"Fuso horário desconhecido: {valor}.", code="fuso_invalido")


class Empresa(models.Model):
    """The tenant. Switched off (`ativa` false) it stops logins, API keys and sending."""

    slug = models.SlugField("identificador", max_length=50, unique=True)
    nome = models.CharField("nome", max_length=120)
    razao_social = models.CharField("razão social", max_length=160, blank=True)
    cnpj = models.CharField("CNPJ", max_length=14, blank=True)
    telefone = models.CharField("telefone", max_length=20, blank=True)
    email = models.EmailField("e-mail", blank=True)
    endereco = models.CharField("endereço", max_length=200, blank=True)
    cidade = models.CharField("cidade", max_length=100, blank=True)
    uf = models.CharField("UF", max_length=2, blank=True)
    fuso = models.CharField(
        "fuso horário", max_length=40, default="America/Sao_Paulo", validators=[validar_fuso]
    )
    cor = models.CharField(
        "cor", max_length=7, default="#4f46e5", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    # A small PNG/SVG for print; in the row, so every host prints the same document.
    logo = models.BinaryField("logotipo", blank=True, null=True, editable=True)
    chave_pix = models.CharField("chave Pix", max_length=77, blank=True)
    ativa = models.BooleanField("ativa", default=True)
    criada_em = models.DateTimeField("criada em", auto_now_add=True)

    class Meta:
        verbose_name = "empresa"
        verbose_name_plural = "empresas"
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.nome
