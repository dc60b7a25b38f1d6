"""The ledger: what came in and went out. Never edited: a wrong movement is reversed by another."""

from django.db import models
from django.db.models import Q

from estoque.models.fontes import ProgramacaoProducao, Separacao
from estoque.models.produto import QUANTIDADE_MAXIMA, Produto, campo_quantidade, faixa
from nucleo.models import ChaveInquilino, ModeloDaEmpresa


class MovimentacaoEstoque(ModeloDaEmpresa):
    """One entry of the ledger. A trigger refuses every UPDATE; `inquilino` may not DELETE.

    `quantidade` is positive and `tipo` gives it its sign; only an ajuste carries its own sign.
    """

    class Tipo(models.TextChoices):
        ENTRADA = "entrada", "Entrada"
        SAIDA = "saida", "Saída"
        AJUSTE = "ajuste", "Ajuste"

    produto = ChaveInquilino(Produto, related_name="+", verbose_name="produto", db_index=False)
    tipo = models.CharField("tipo", max_length=8, choices=Tipo)
    quantidade = campo_quantidade("quantidade")
    data = models.DateField("data")
    documento = models.CharField("documento", max_length=60, blank=True)
    observacao = models.CharField("observação", max_length=200, blank=True)
    separacao = ChaveInquilino(
        Separacao, related_name="+", null=True, blank=True, verbose_name="separação", db_index=False
    )
    producao = ChaveInquilino(
        ProgramacaoProducao, related_name="+", null=True, blank=True, verbose_name="produção", db_index=False
    )
    # What this movement took off its separação or programação: less than `quantidade` when over-produced.
    qtd_baixada = campo_quantidade("quantidade baixada", default=0)
    estorno_de = ChaveInquilino(
        "self", related_name="+", null=True, blank=True, verbose_name="estorno de", db_index=False
    )
    criado_em = models.DateTimeField("registrada em", auto_now_add=True)
    criado_por = models.CharField("registrada por", max_length=120, blank=True)

    class Meta:
        verbose_name = "movimentação"
        verbose_name_plural = "movimentações"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(tipo__in=["entrada", "saida"]) & faixa("quantidade"))
                | (
                    Q(tipo="ajuste")
                    & ~Q(quantidade=0)
                    & Q(quantidade__range=(-QUANTIDADE_MAXIMA, QUANTIDADE_MAXIMA))
                ),
                name="estoque_mov_quantidade_ck",
            ),
            models.UniqueConstraint(
                fields=["estorno_de"], condition=~Q(estorno_de=None), name="estoque_mov_estorno_uniq"
            ),
        ]
        indexes = [
            models.Index(fields=["empresa", "produto", "data"], name="estoque_mov_produto_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tipo_display()} de {self.quantidade}"
