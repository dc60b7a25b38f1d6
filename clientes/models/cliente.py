from typing import Any

from django.db import models
from django.db.models import Q

from clientes.models.municipio import Municipio
from nucleo.models import ModeloDaEmpresa


class Cliente(ModeloDaEmpresa):
    """A customer of one empresa. Its code is given once and never changes, whoever asks (a trigger).

    Customers are switched off, not deleted: a deleted one would leave a gap in the codes.
    """

    class TipoPessoa(models.TextChoices):
        FISICA = "fisica", "Pessoa física"
        JURIDICA = "juridica", "Pessoa jurídica"

    # "C": digits before letters, so that A000 sorts after 9999 under every server locale.
    codigo_cliente = models.CharField("código", max_length=9, editable=False, db_collation="C")
    tipo_pessoa = models.CharField("tipo", max_length=8, choices=TipoPessoa, default=TipoPessoa.FISICA)
    nome = models.CharField("nome ou razão social", max_length=150)
    nome_fantasia = models.CharField("nome fantasia", max_length=150, blank=True)
    # Never a number: since July 2026 a CNPJ has letters, and a number loses the zeros on the left.
    cpf_cnpj = models.CharField("CPF/CNPJ", max_length=14, blank=True, db_collation="C")
    inscricao_estadual = models.CharField("inscrição estadual", max_length=20, blank=True)
    telefone = models.CharField("telefone", max_length=20, blank=True)
    telefone_secundario = models.CharField("outro telefone", max_length=20, blank=True)
    whatsapp = models.CharField("WhatsApp", max_length=20, blank=True)
    email = models.EmailField("e-mail", blank=True)
    email_financeiro = models.EmailField("e-mail do financeiro", blank=True)
    municipio = models.ForeignKey(
        Municipio, models.PROTECT, related_name="+", verbose_name="município", db_index=False
    )
    cep = models.CharField("CEP", max_length=8, blank=True)
    logradouro = models.CharField("logradouro", max_length=150, blank=True)
    numero = models.CharField("número", max_length=20, blank=True)
    complemento = models.CharField("complemento", max_length=80, blank=True)
    bairro = models.CharField("bairro", max_length=80, blank=True)
    endereco_entrega = models.TextField("endereço de entrega", max_length=500, blank=True)
    observacoes = models.TextField("observações", max_length=4000, blank=True)
    ativo = models.BooleanField("ativo", default=True)
    # How the name sounds: finds likely duplicates by equality, which row-level security leaves fast.
    chave_nome = models.CharField(max_length=150, editable=False)
    criado_em = models.DateTimeField("criado em", auto_now_add=True)
    atualizado_em = models.DateTimeField("atualizado em", auto_now=True)

    # Filled by the services: likely duplicates seen while saving. Not a column.
    avisos: list[dict[str, Any]]

    class Meta:
        verbose_name = "cliente"
        verbose_name_plural = "clientes"
        constraints = [
            models.UniqueConstraint(
                fields=["empresa", "codigo_cliente"], name="clientes_cliente_codigo_uniq"
            ),
            models.UniqueConstraint(
                fields=["empresa", "cpf_cnpj"],
                condition=~Q(cpf_cnpj=""),
                name="clientes_cliente_cpf_cnpj_uniq",
            ),
            models.CheckConstraint(
                condition=Q(
                    codigo_cliente__regex=r"^([0-9]{4}|[A-Z][0-9A-Z]{3})-([0-9]{4}|[A-Z][0-9A-Z]{3})$"
                )
                & ~Q(codigo_cliente__regex=r"(^0000|0000$)"),
                name="clientes_cliente_codigo_forma",
            ),
            models.CheckConstraint(
                condition=Q(cpf_cnpj="") | Q(cpf_cnpj__regex=r"^([0-9]{11}|[0-9A-Z]{12}[0-9]{2})$"),
                name="clientes_cliente_cpf_cnpj_forma",
            ),
            models.CheckConstraint(condition=~Q(nome=""), name="clientes_cliente_nome_presente"),
        ]
        indexes = [
            models.Index(fields=["empresa", "municipio", "chave_nome"], name="clientes_cliente_nome_idx"),
            models.Index(
                fields=["empresa", "telefone"],
                condition=~Q(telefone=""),
                name="clientes_cliente_telefone_idx",
            ),
            models.Index(
                fields=["empresa", "whatsapp"],
                condition=~Q(whatsapp=""),
                name="clientes_cliente_whatsapp_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.codigo_cliente} {self.nome}"
