from django.db import models

from nucleo.models.base import ChaveInquilino, ModeloDaEmpresa
from nucleo.models.perfil import Perfil


class ChaveApi(ModeloDaEmpresa):
    """A program's key to one empresa: visible prefix, hashed secret, never shown again."""

    nome = models.CharField("nome", max_length=80)
    prefixo = models.CharField("prefixo", max_length=12, unique=True, editable=False)
    resumo = models.CharField("resumo", max_length=64, editable=False)
    perfil = ChaveInquilino(
        Perfil,
        null=True,
        blank=True,
        verbose_name="perfil",
        help_text="O que a chave pode fazer; vazio: tudo o que a API oferece nesta empresa.",
    )
    criada_em = models.DateTimeField("criada em", auto_now_add=True)
    expira_em = models.DateTimeField("expira em", null=True, blank=True)
    revogada_em = models.DateTimeField("revogada em", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "chave de API"
        verbose_name_plural = "chaves de API"
        ordering = ["-criada_em"]

    def __str__(self) -> str:
        return f"{self.nome} ({self.prefixo}…)"


class ChaveIdempotencia(ModeloDaEmpresa):
    """The answer once given to an `Idempotency-Key`, kept to be given again.

    Inserted in the transaction that does the work, so a second identical request waits on the unique
    key and then finds either the answer or, after a rollback, nothing.
    """

    chave = models.CharField(max_length=255)
    rota = models.CharField(max_length=200)
    resumo_corpo = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    # JSON as text: jsonb would give the members back in an order of its own.
    resposta = models.TextField(null=True)
    criada_em = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = "chave de idempotência"
        verbose_name_plural = "chaves de idempotência"
        constraints = [
            models.UniqueConstraint(fields=["empresa", "chave"], name="nucleo_chaveidempotencia_uniq"),
        ]

    def __str__(self) -> str:
        return self.chave
