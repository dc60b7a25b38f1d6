"""What billing answers, field by field (the contract's names). Input is read by the services."""

from typing import Any

from rest_framework import serializers

from cobranca.models import Ciclo, Mensagem


class CicloEntrada(serializers.Serializer[Any]):
    """One charge, as a caller sends it."""

    external_billing_id = serializers.CharField(max_length=100)
    nome = serializers.CharField(max_length=120)
    telefone = serializers.CharField(max_length=60)
    valor = serializers.DecimalField(max_digits=12, decimal_places=2)
    vencimento = serializers.DateField()
    regua = serializers.CharField(required=False, allow_null=True)
    codigo_cliente = serializers.CharField(required=False, allow_null=True)


class LoteEntrada(serializers.Serializer[Any]):
    """Up to 1000 charges."""

    itens = CicloEntrada(many=True)


class MensagemSaida(serializers.ModelSerializer[Mensagem]):
    """One message."""

    ciclo = serializers.CharField(source="ciclo.external_billing_id", read_only=True)

    class Meta:
        model = Mensagem
        fields = (
            "id", "ciclo", "tipo", "passo", "status", "agendada_para", "tentativas", "enviada_em",
            "entregue_em", "lida_em", "provider_id", "numero_usado", "erro", "aviso", "texto",
        )  # fmt: skip


class CicloSaida(serializers.ModelSerializer[Ciclo]):
    """One ciclo without its messages."""

    nome = serializers.CharField(source="contato.nome", read_only=True)
    telefone = serializers.CharField(source="contato.telefone", read_only=True)
    codigo_cliente = serializers.CharField(source="contato.codigo_cliente", read_only=True)
    regua = serializers.CharField(source="regua.nome", read_only=True)

    class Meta:
        model = Ciclo
        fields = (
            "id", "external_billing_id", "status", "nome", "telefone", "valor", "vencimento", "regua",
            "codigo_cliente", "pausado_ate", "versao", "criado_em", "encerrado_em", "motivo",
        )  # fmt: skip


class CicloComMensagens(CicloSaida):
    """One ciclo with its messages, in the order of the steps."""

    mensagens = serializers.SerializerMethodField()

    class Meta(CicloSaida.Meta):
        fields = (*CicloSaida.Meta.fields, "mensagens")  # type: ignore[assignment]

    def get_mensagens(self, ciclo: Ciclo) -> list[dict[str, Any]]:
        return MensagemSaida(self.context["mensagens"], many=True).data  # type: ignore[return-value]


class ResultadoSaida(serializers.Serializer[Any]):
    """What became of one item of a batch."""

    indice = serializers.IntegerField()
    external_billing_id = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(["criado", "duplicado", "erro"])
    id = serializers.IntegerField(required=False)
    code = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    field = serializers.CharField(required=False)


class LoteSaida(serializers.Serializer[Any]):
    """What became of a batch."""

    criados = serializers.IntegerField()
    duplicados = serializers.IntegerField()
    erros = serializers.IntegerField()
    resultados = ResultadoSaida(many=True)


class DecisaoEntrada(serializers.Serializer[Any]):
    """What to do with a held message."""

    decisao = serializers.ChoiceField(["reenviar", "foi_enviada", "desistir"])


class PromessaEntrada(serializers.Serializer[Any]):
    """Up to when the customer promised to pay."""

    pagar_ate = serializers.DateField()
