"""Forms of the quote: they read what a person typed, the service checks what it means."""

from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from nucleo.decimais import decimal_brasileiro
from nucleo.errors import ErroDeValidacao
from orcamentos.models import ItemOrcamento, Orcamento


class CampoBrasileiro(forms.CharField):
    """A number as it is written in Brazil: 1.234,56. `1.234` is refused, for it has two readings."""

    def __init__(self, *, casas: int, **opcoes: Any) -> None:
        self.casas = casas
        atributos = {"inputmode": "decimal", "autocomplete": "off"}
        opcoes.setdefault("widget", UnfoldAdminTextInputWidget(attrs=atributos))
        super().__init__(**opcoes)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        texto = f"{value:.{self.casas}f}"
        if self.casas == 3:
            texto = texto.rstrip("0").rstrip(".")
        return texto.replace(".", ",")

    def to_python(self, value: Any) -> Any:
        texto = super().to_python(value)
        if not texto:
            return None
        try:
            return decimal_brasileiro(texto, casas=self.casas)
        except ErroDeValidacao as erro:
            raise forms.ValidationError(erro.detail, code=erro.code) from erro

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (data or "")


class _SemRestricoes(forms.ModelForm):
    """The service checks, and says it better than a constraint would."""

    def _get_validation_exclusions(self) -> set[str]:
        # A constraint whose columns are excluded is not tried; the form's own fields are still read.
        return {campo.name for campo in self._meta.model._meta.fields}


class FormularioDoOrcamento(_SemRestricoes):
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


class FormularioDoItem(_SemRestricoes):
    quantidade = CampoBrasileiro(casas=3, label="quantidade")
    preco_unitario = CampoBrasileiro(casas=2, label="preço unitário")
    desconto = CampoBrasileiro(casas=2, label="desconto (R$)", required=False)

    class Meta:
        model = ItemOrcamento
        fields = ("produto", "descricao", "quantidade", "preco_unitario", "desconto")

    def clean_desconto(self) -> Decimal:
        return self.cleaned_data["desconto"] or Decimal(0)
