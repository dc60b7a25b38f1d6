"""Form fields as Brazilian offices write them, for every page."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from nucleo.decimais import decimal_brasileiro
from nucleo.errors import ErroDeValidacao


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
        if isinstance(value, Decimal):
            return value
        texto = super().to_python(value)
        if not texto:
            return None
        try:
            return decimal_brasileiro(texto, casas=self.casas)
        except ErroDeValidacao as erro:
            raise forms.ValidationError(erro.detail, code=erro.code) from erro

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (data or "")


class SemRestricoes(forms.ModelForm):
    """The service checks, and says it better than a constraint would."""

    def _get_validation_exclusions(self) -> set[str]:
        # A constraint whose columns are excluded is not tried; the form's own fields are still read.
        return {campo.name for campo in self._meta.model._meta.fields}


class EscolhaDeLinha(forms.ModelChoiceField):
    """A choice among rows that says no in its own words.

    Django's autocomplete looks up whatever it is given: what cannot be a key ends in an error page there.
    """

    def prepare_value(self, value: Any) -> Any:
        chave = super().prepare_value(value)
        try:
            cast("models.QuerySet[Any]", self.queryset).model._meta.pk.to_python(chave)
        except ValidationError:
            return None
        return chave


class CamposDoEscritorio(BaseModelAdmin):
    """Mixed into pages and inlines: Brazilian numbers, and text areas that leave room for the rest."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DecimalField):
            return CampoBrasileiro(
                casas=db_field.decimal_places,
                label=db_field.verbose_name,
                required=not db_field.blank,
                help_text=db_field.help_text,
                initial=db_field.get_default() if db_field.has_default() else None,
            )
        campo = super().formfield_for_dbfield(db_field, request, **kwargs)
        widget = getattr(campo, "widget", None)
        if isinstance(db_field, models.TextField) and isinstance(widget, UnfoldAdminTextareaWidget):
            widget.attrs["rows"] = 3
        return campo

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("form_class", EscolhaDeLinha)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
