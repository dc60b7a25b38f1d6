"""Forms of the quote: they read what a person typed, the service checks what it means."""

from decimal import Decimal
from typing import Any

from django import forms

from nucleo.admin.campos import CampoBrasileiro, SemRestricoes
from orcamentos.models import ItemOrcamento, Orcamento


class FormularioDoOrcamento(SemRestricoes):
    """The head of a quote, with the version the person has read."""

    versao_lida = forms.IntegerField(widget=forms.HiddenInput, required=False, label="")

    class Meta:
        model = Orcamento
        fields = (
            "cliente",
            "data",
            "validade",
            "condicoes_pagamento",
            "observacoes",
            "referencia_cliente",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["versao_lida"] = self.instance.versao
        if "validade" in self.fields:
            self.fields["validade"].required = False
            self.fields["validade"].help_text = "Vazio: 15 dias."


class FormularioDoItem(SemRestricoes):
    quantidade = CampoBrasileiro(casas=3, label="quantidade")
    preco_unitario = CampoBrasileiro(casas=2, label="preço unitário")
    desconto = CampoBrasileiro(casas=2, label="desconto (R$)", required=False)

    class Meta:
        model = ItemOrcamento
        fields = ("produto", "descricao", "quantidade", "preco_unitario", "desconto")

    def clean_desconto(self) -> Decimal:
        return self.cleaned_data["desconto"] or Decimal(0)
