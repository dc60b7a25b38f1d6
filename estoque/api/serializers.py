"""Shapes of the stock's API. Values are read by the services, so every door refuses the same things."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from estoque.models import (
    CarteiraPrincipal,
    MovimentacaoEstoque,
    PreSeparacaoItem,
    Produto,
    ProgramacaoProducao,
    Separacao,
)
from estoque.selectors.projecoes import Dia

ID_MAXIMO = 2**63 - 1


class Cru(serializers.Field):
    """Hand the JSON value to the service, which reads it and names what is wrong with it."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(OpenApiTypes.DECIMAL)
class QuantidadeCrua(Cru):
    """A decimal as string, up to three places. An empty text says nothing: left out, or null, means all."""

    default_error_messages = {"blank": "Preencha este campo."}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str) and not data.strip():
            self.fail("blank")
        return data


@extend_schema_field(OpenApiTypes.DATE)
class DataCrua(Cru):
    """A date, ISO 8601."""


@extend_schema_field(OpenApiTypes.STR)
class TextoCru(Cru):
    """A text."""


class ProdutoEntrada(serializers.Serializer):
    cod_produto = TextoCru()
    nome = TextoCru()
    unidade = TextoCru(required=False, default="UN")
    preco_venda = QuantidadeCrua(required=False, allow_null=True)
    estoque_minimo = QuantidadeCrua(required=False)


class ProdutoMudanca(serializers.Serializer):
    nome = TextoCru(required=False)
    unidade = TextoCru(required=False)
    preco_venda = QuantidadeCrua(required=False, allow_null=True)
    estoque_minimo = QuantidadeCrua(required=False)
    ativo = serializers.BooleanField(required=False)


class MovimentacaoEntrada(serializers.Serializer):
    cod_produto = TextoCru()
    tipo = TextoCru()
    quantidade = QuantidadeCrua()
    data = DataCrua(required=False, allow_null=True)  # type: ignore[assignment]
    documento = TextoCru(required=False, allow_null=True)
    observacao = TextoCru(required=False, allow_null=True)


class LoteEntrada(serializers.Serializer):
    itens = serializers.ListField(child=serializers.JSONField(), allow_empty=True)


class CarteiraEntrada(serializers.Serializer):
    num_pedido = TextoCru()
    cod_produto = TextoCru()
    quantidade = QuantidadeCrua()
    data_entrega = DataCrua()


class PreSeparacaoEntrada(serializers.Serializer):
    carteira = serializers.IntegerField(min_value=1, max_value=ID_MAXIMO)
    quantidade = QuantidadeCrua()
    data = DataCrua()  # type: ignore[assignment]


class SeparacaoEntrada(serializers.Serializer):
    carteira = serializers.IntegerField(min_value=1, max_value=ID_MAXIMO, required=False, allow_null=True)
    pre_separacao = serializers.IntegerField(
        min_value=1, max_value=ID_MAXIMO, required=False, allow_null=True
    )
    quantidade = QuantidadeCrua()
    data_expedicao = DataCrua()


class ProducaoEntrada(serializers.Serializer):
    cod_produto = TextoCru()
    quantidade = QuantidadeCrua()
    data = DataCrua()  # type: ignore[assignment]


class QuantidadeEntrada(serializers.Serializer):
    quantidade = QuantidadeCrua(required=False, allow_null=True)


class DataEntrada(serializers.Serializer):
    data = DataCrua()  # type: ignore[assignment]


class PlanejadoEntrada(serializers.Serializer):
    quantidade = QuantidadeCrua()
    data = DataCrua()  # type: ignore[assignment]


class SimulacaoEntrada(serializers.Serializer):
    carteira = PlanejadoEntrada(many=True, required=False, default=list)
    producao = PlanejadoEntrada(many=True, required=False, default=list)


class ProdutoSaida(serializers.ModelSerializer):
    class Meta:
        model = Produto
        fields = [
            "id",
            "cod_produto",
            "nome",
            "unidade",
            "preco_venda",
            "estoque_minimo",
            "ativo",
            "criado_em",
        ]


class _ComProduto(serializers.ModelSerializer):
    cod_produto = serializers.CharField(source="produto.cod_produto", read_only=True)


class MovimentacaoSaida(_ComProduto):
    class Meta:
        model = MovimentacaoEstoque
        fields = [
            "id",
            "cod_produto",
            "tipo",
            "quantidade",
            "data",
            "documento",
            "observacao",
            "separacao",
            "producao",
            "estorno_de",
            "criado_em",
            "criado_por",
        ]


class CarteiraSaida(_ComProduto):
    class Meta:
        model = CarteiraPrincipal
        fields = [
            "id",
            "num_pedido",
            "cod_produto",
            "quantidade",
            "qtd_saldo",
            "qtd_cancelada",
            "data_entrega",
            "criado_em",
        ]


class PreSeparacaoSaida(_ComProduto):
    class Meta:
        model = PreSeparacaoItem
        fields = ["id", "carteira", "cod_produto", "quantidade", "qtd_saldo", "data", "criado_em"]


class SeparacaoSaida(_ComProduto):
    class Meta:
        model = Separacao
        fields = [
            "id",
            "carteira",
            "pre_separacao",
            "cod_produto",
            "quantidade",
            "qtd_saldo",
            "qtd_expedida",
            "data_expedicao",
            "criado_em",
        ]


class ProducaoSaida(_ComProduto):
    class Meta:
        model = ProgramacaoProducao
        fields = [
            "id",
            "cod_produto",
            "quantidade",
            "qtd_saldo",
            "qtd_produzida",
            "qtd_cancelada",
            "data",
            "criado_em",
        ]


def _soma(**opcoes: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=24, decimal_places=3, **opcoes)


class SaldoSaida(serializers.Serializer):
    cod_produto = serializers.CharField()
    saldo_atual = _soma()
    qtd_carteira = _soma()
    qtd_pre_separacao = _soma()
    qtd_separacao = _soma()
    disponivel = _soma()
    data_ruptura = serializers.DateField(allow_null=True)
    producao_vencida = _soma()
    menor_saldo = _soma()
    data_menor_saldo = serializers.DateField(allow_null=True)
    atualizado_em = serializers.DateTimeField(allow_null=True)
    atualizado_por = serializers.CharField()
    atualizado_quanto = _soma()


class CausaSaida(serializers.Serializer):
    etapa = serializers.CharField()
    id = serializers.IntegerField()
    documento = serializers.CharField()
    quantidade = _soma()
    data = serializers.DateField()  # type: ignore[assignment]


class DiaSaida(serializers.Serializer):
    data = serializers.DateField()  # type: ignore[assignment]
    entradas = _soma()
    saidas = _soma()
    saldo = _soma()

    def to_representation(self, instance: Dia) -> dict[str, Any]:
        # As the fields above would write it: walking them for each of up to 365 days took longer than the
        # projection itself.
        return {
            "data": instance.data.isoformat(),
            "entradas": f"{instance.entradas:.3f}",
            "saidas": f"{instance.saidas:.3f}",
            "saldo": f"{instance.saldo:.3f}",
        }


class DiaComCausasSaida(DiaSaida):
    causas = CausaSaida(many=True)

    def to_representation(self, instance: Dia) -> dict[str, Any]:
        causas = self.fields["causas"].to_representation(instance.causas)
        return super().to_representation(instance) | {"causas": causas}


class ProjecaoSaida(serializers.Serializer):
    cod_produto = serializers.CharField()
    saldo_inicial = _soma()
    dias = DiaSaida(many=True)
    data_ruptura = serializers.DateField(allow_null=True)
    menor_saldo = _soma(source="menor.saldo")
    data_menor_saldo = serializers.DateField(source="menor.data")


class ProjecaoComCausasSaida(ProjecaoSaida):
    dias = DiaComCausasSaida(many=True)


class PorcaoSaida(serializers.Serializer):
    data = serializers.DateField()  # type: ignore[assignment]
    quantidade = _soma()


class SugestaoSaida(serializers.Serializer):
    cod_produto = serializers.CharField()
    estoque_minimo = _soma()
    quantidade = _soma()
    itens = serializers.SerializerMethodField()
    cobertura_dias = serializers.IntegerField(allow_null=True)
    consumo_medio_diario = _soma()

    @extend_schema_field(PorcaoSaida(many=True))
    def get_itens(self, sugestao: Any) -> Any:
        return PorcaoSaida([{"data": d, "quantidade": q} for d, q in sugestao.itens], many=True).data


class RupturaSaida(serializers.Serializer):
    cod_produto = serializers.CharField()
    nome = serializers.CharField()
    unidade = serializers.CharField()
    data_ruptura = serializers.DateField()
    menor_saldo = _soma()
    data_menor_saldo = serializers.DateField()


class ResultadoSaida(serializers.Serializer):
    indice = serializers.IntegerField()
    status = serializers.CharField()
    id = serializers.IntegerField(required=False)
    code = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    field = serializers.CharField(required=False)


class LoteSaida(serializers.Serializer):
    criados = serializers.IntegerField()
    erros = serializers.IntegerField()
    resultados = ResultadoSaida(many=True)
