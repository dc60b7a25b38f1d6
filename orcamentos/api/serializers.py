"""What the API is told about quotes, and what it answers."""

from typing import Any

from rest_framework import serializers

from clientes.models import Cliente
from estoque.models import Produto
from nucleo.models import Empresa
from orcamentos.api.campos import CampoData, CampoDecimal
from orcamentos.models import ItemOrcamento, Orcamento
from orcamentos.selectors import Mudanca
from orcamentos.services import DadosDoItem
from orcamentos.services.entrada import ITENS_MAXIMO

# A null says nothing, as an absent field does: programs send back what they were answered.
_OPCIONAL: dict[str, Any] = {"required": False, "allow_blank": True, "allow_null": True}


class ItemEntrada(serializers.Serializer[Any]):
    cod_produto = serializers.CharField(max_length=60, **_OPCIONAL)
    descricao = serializers.CharField(max_length=200, **_OPCIONAL)
    quantidade = CampoDecimal(casas=3)
    preco_unitario = CampoDecimal(casas=2)
    desconto = CampoDecimal(casas=2, required=False, allow_null=True)


class OrcamentoEntrada(serializers.Serializer[Any]):
    cliente = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="id do cliente")
    itens = ItemEntrada(many=True, allow_empty=False, max_length=ITENS_MAXIMO)  # type: ignore[call-arg]
    data = CampoData(required=False, allow_null=True)  # type: ignore[assignment]
    validade = CampoData(required=False, allow_null=True)
    condicoes_pagamento = serializers.CharField(max_length=500, **_OPCIONAL)
    observacoes = serializers.CharField(max_length=4000, **_OPCIONAL)
    referencia_cliente = serializers.CharField(max_length=60, **_OPCIONAL)

    def para_o_servico(self, empresa: Empresa) -> dict[str, Any]:
        """Return the keyword arguments of the service: ids and codes become rows of the empresa."""
        dados = {n: valor for n, valor in self.validated_data.items() if valor is not None and n != "versao"}
        if "cliente" in dados:
            dados["cliente"] = _cliente(empresa, dados["cliente"])
        if "itens" in dados:
            dados["itens"] = _itens(empresa, dados["itens"])
        return dados


class OrcamentoMudanca(OrcamentoEntrada):
    versao = serializers.IntegerField(min_value=1, max_value=2**31 - 1)

    def get_fields(self) -> dict[str, Any]:
        campos = super().get_fields()
        for nome, campo in campos.items():
            campo.required = nome == "versao"
        return campos


class AcaoEntrada(serializers.Serializer[Any]):
    versao = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class AprovacaoEntrada(AcaoEntrada):
    data_entrega = CampoData(required=False, allow_null=True)


class MotivoEntrada(AcaoEntrada):
    motivo = serializers.CharField(max_length=400, required=False, allow_blank=True)


class ItemSaida(serializers.ModelSerializer[ItemOrcamento]):
    cod_produto = serializers.CharField(source="produto.cod_produto", default=None)
    descricao = serializers.CharField(source="texto")
    quantidade = CampoDecimal(casas=3)
    preco_unitario = CampoDecimal(casas=2)
    desconto = CampoDecimal(casas=2)
    total = CampoDecimal(casas=2)

    class Meta:
        model = ItemOrcamento
        fields = ("posicao", "cod_produto", "descricao", "quantidade", "preco_unitario", "desconto", "total")
        read_only_fields = fields


class OrcamentoResumo(serializers.ModelSerializer[Orcamento]):
    codigo_cliente = serializers.CharField(source="cliente.codigo_cliente")
    cliente_nome = serializers.CharField(source="cliente.nome")
    total = CampoDecimal(casas=2)

    class Meta:
        model = Orcamento
        fields: tuple[str, ...] = (
            "id",
            "budget_number",
            "revisao",
            "status",
            "cliente",
            "codigo_cliente",
            "cliente_nome",
            "data",
            "validade",
            "total",
            "versao",
            "data_entrega",
            "referencia_cliente",
            "criado_em",
            "atualizado_em",
        )
        read_only_fields = fields


class OrcamentoSaida(OrcamentoResumo):
    itens = ItemSaida(many=True)

    class Meta(OrcamentoResumo.Meta):
        fields = (*OrcamentoResumo.Meta.fields, "condicoes_pagamento", "observacoes", "itens")
        read_only_fields = fields


class ProximoNumero(serializers.Serializer[Any]):
    proximo = serializers.CharField()
    ultimo = serializers.CharField(allow_null=True)
    promessa = serializers.BooleanField()


class MudancaSaida(serializers.Serializer[Mudanca]):
    campo = serializers.CharField()
    de = serializers.CharField()
    para = serializers.CharField()


class RevisaoSaida(serializers.Serializer[Any]):
    revisao = serializers.IntegerField()
    enviada_em = serializers.DateTimeField(allow_null=True)
    enviada_por = serializers.CharField(allow_null=True)
    total = CampoDecimal(casas=2)
    mudancas = MudancaSaida(many=True)


def _cliente(empresa: Empresa, cliente_id: int) -> Cliente:
    cliente = Cliente.objects.filter(empresa=empresa, pk=cliente_id).first()
    if cliente is None:
        raise serializers.ValidationError(
            {"cliente": ["Cliente não encontrado nesta empresa."]}, code="cliente_desconhecido"
        )
    return cliente


def _itens(empresa: Empresa, itens: list[dict[str, Any]]) -> list[DadosDoItem]:
    codigos = {item.get("cod_produto") for item in itens} - {"", None}
    produtos = (
        {p.cod_produto: p for p in Produto.objects.filter(empresa=empresa, cod_produto__in=codigos)}
        if codigos
        else {}
    )
    erros = {
        str(indice): {"cod_produto": [serializers.ErrorDetail(_SEM_PRODUTO, "produto_desconhecido")]}
        for indice, item in enumerate(itens)
        if item.get("cod_produto") and item["cod_produto"] not in produtos
    }
    if erros:
        raise serializers.ValidationError({"itens": erros})
    return [
        DadosDoItem(
            produto=produtos.get(item.get("cod_produto") or ""),
            **{nome: v for nome, v in item.items() if v is not None and nome != "cod_produto"},
        )
        for item in itens
    ]


_SEM_PRODUTO = "Produto não encontrado nesta empresa."
