"""Fields that read what the API is sent with the readers every door shares, and say the same errors."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from nucleo.datas import data_lida
from nucleo.decimais import decimal_lido
from nucleo.errors import ErroDeValidacao


def _lido(leitor: Callable[..., Any], valor: Any, **opcoes: Any) -> Any:
    try:
        return leitor(valor, campo=None, **opcoes)
    except ErroDeValidacao as erro:
        raise serializers.ValidationError(erro.detail, code=erro.code) from erro


@extend_schema_field({"type": "string", "format": "decimal"})
class CampoDecimal(serializers.Field):
    """A decimal string with exactly `casas` places; limits are the service's."""

    def __init__(self, *, casas: int, **opcoes: Any) -> None:
        self.casas = casas
        super().__init__(**opcoes)

    def to_internal_value(self, data: Any) -> Any:
        return _lido(decimal_lido, data, casas=self.casas)

    def to_representation(self, value: Any) -> str:
        return f"{value:.{self.casas}f}"


@extend_schema_field({"type": "string", "format": "date"})
class CampoData(serializers.Field):
    """A day, ISO 8601."""

    def to_internal_value(self, data: Any) -> Any:
        return _lido(data_lida, data)

    def to_representation(self, value: Any) -> str:
        return value.isoformat()
