"""What is kept in stock, and how an empresa wants it handled."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from nucleo.models import ModeloDaEmpresa

CASAS = 3
QUANTIDADE_MAXIMA = Decimal("999999999.999")


def campo_quantidade(nome: str, **opcoes: Any) -> models.DecimalField:
    """A quantity: three places, below a thousand million."""
    return models.DecimalField(nome, max_digits=12, decimal_places=CASAS, **opcoes)


def campo_soma(nome: str, **opcoes: Any) -> models.DecimalField:
    """A sum of quantities: a million of the largest ones still fits."""
    return models.DecimalField(nome, max_digits=21, decimal_places=CASAS, **opcoes)


def faixa(campo: str) -> Q:
    """Above zero and finite: to PostgreSQL NaN is larger than every number, and one would spoil all sums."""
    return Q(**{f"{campo}__gt": 0, f"{campo}__lte": QUANTIDADE_MAXIMA})


class Produto(ModeloDaEmpresa):
    """A part or material. A trigger gives it its balance row in the same statement."""

    cod_produto = models.CharField("código", max_length=40, db_collation="C")
    nome = models.CharField("nome", max_length=160)
    unidade = models.CharField("unidade", max_length=10, default="UN")
    preco_venda = models.DecimalField(
        "preço de venda", max_digits=14, decimal_places=2, null=True, blank=True
    )
    estoque_minimo = campo_quantidade("estoque mínimo", default=0)
    ativo = models.BooleanField("ativo", default=True)
    criado_em = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "produto"
        verbose_name_plural = "produtos"
        ordering = ["cod_produto"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "cod_produto"], name="estoque_produto_codigo_uniq"),
            models.CheckConstraint(condition=~Q(cod_produto=""), name="estoque_produto_codigo_ck"),
            models.CheckConstraint(
                condition=Q(estoque_minimo__range=(0, QUANTIDADE_MAXIMA)), name="estoque_produto_minimo_ck"
            ),
            models.CheckConstraint(
                condition=Q(preco_venda=None) | Q(preco_venda__gte=0), name="estoque_produto_preco_ck"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cod_produto} {self.nome}"


class ConfiguracaoEstoque(ModeloDaEmpresa):
    """An empresa's choices; without a row the defaults hold."""

    permite_negativo = models.BooleanField(
        "permite estoque negativo",
        default=True,
        help_text="Desligado, nenhuma saída pode levar o saldo abaixo de zero.",
    )

    class Meta:
        verbose_name = "configuração do estoque"
        verbose_name_plural = "configuração do estoque"
        constraints = [
            models.UniqueConstraint(fields=["empresa"], name="estoque_configuracao_empresa_uniq"),
        ]

    def __str__(self) -> str:
        return "Configuração do estoque"
