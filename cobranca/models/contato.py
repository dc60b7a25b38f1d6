from django.db import models
from django.db.models import Q

from nucleo.models import ModeloDaEmpresa


class Contato(ModeloDaEmpresa):
    """The person who is reminded. Pending messages read name and number from here, so they follow it.

    Known by `codigo_cliente` where the caller gives one, else by the phone. An opt-out belongs to the
    phone: it stops every contato whose `chave_fone` is the same.
    """

    nome = models.CharField("nome", max_length=120)
    telefone = models.CharField("telefone", max_length=20, help_text="Celular com DDD.")
    # DDD + last 8 digits: WhatsApp may spell the number without the ninth digit.
    chave_fone = models.CharField(max_length=10, editable=False)
    whatsapp = models.CharField("número usado pelo WhatsApp", max_length=60, blank=True, editable=False)
    codigo_cliente = models.CharField("código do cliente", max_length=20, blank=True)
    optout_em = models.DateTimeField("pediu para parar em", null=True, blank=True, editable=False)
    optout_motivo = models.CharField("motivo da parada", max_length=200, blank=True, editable=False)
    criado_em = models.DateTimeField("criado em", auto_now_add=True)
    atualizado_em = models.DateTimeField("atualizado em", auto_now=True)

    class Meta:
        verbose_name = "contato"
        verbose_name_plural = "contatos"
        ordering = ["nome", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["empresa", "codigo_cliente"],
                condition=~Q(codigo_cliente=""),
                name="cobranca_contato_codigo_uniq",
            ),
            models.UniqueConstraint(
                fields=["empresa", "telefone"],
                condition=Q(codigo_cliente=""),
                name="cobranca_contato_telefone_uniq",
            ),
        ]
        indexes = [models.Index(fields=["empresa", "chave_fone"], name="cobranca_contato_fone_idx")]

    def __str__(self) -> str:
        return self.nome
