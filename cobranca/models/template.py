from django.db import models
from django.db.models import Q

from nucleo.models import ChaveInquilino, ModeloDaEmpresa


class Template(ModeloDaEmpresa):
    """What a step says. The generic one stands in for any that is missing or switched off."""

    nome = models.CharField("nome", max_length=60)
    generico = models.BooleanField("genérico", default=False, editable=False)
    ativo = models.BooleanField("ativo", default=True)
    versao = models.PositiveIntegerField("versão", default=1, editable=False)

    class Meta:
        verbose_name = "modelo de mensagem"
        verbose_name_plural = "modelos de mensagem"
        ordering = ["nome"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "nome"], name="cobranca_template_nome_uniq"),
            models.UniqueConstraint(
                fields=["empresa"], condition=Q(generico=True), name="cobranca_template_generico_uniq"
            ),
            models.CheckConstraint(
                condition=Q(generico=False) | Q(ativo=True), name="cobranca_template_generico_ativo"
            ),
        ]

    def __str__(self) -> str:
        return self.nome


class Variacao(ModeloDaEmpresa):
    """One wording of a template; the active ones take turns."""

    template = ChaveInquilino(Template, models.CASCADE, related_name="variacoes", verbose_name="modelo")
    texto = models.TextField(
        "texto",
        max_length=3000,
        help_text="Variáveis: {nome} {valor} {vencimento} {dias_atraso} {empresa} {orcamento}"
        " {pix_copia_cola} {referencia}",
    )
    ativa = models.BooleanField("ativa", default=True)

    class Meta:
        verbose_name = "variação"
        verbose_name_plural = "variações"
        ordering = ["id"]
        indexes = [models.Index(fields=["empresa", "template"], name="cobranca_variacao_templ_idx")]

    def __str__(self) -> str:
        return self.texto[:60]
