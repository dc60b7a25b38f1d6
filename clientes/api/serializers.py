"""The shapes of the customers' API. What is valid is decided by the services, for every door alike."""

from typing import Any

from rest_framework import serializers

from clientes.models import Cliente


class ClienteSerializer(serializers.ModelSerializer[Cliente]):
    """A customer as it is answered."""

    municipio = serializers.CharField(source="municipio.nome", read_only=True)
    uf = serializers.CharField(source="municipio.uf", read_only=True)
    municipio_ibge = serializers.IntegerField(source="municipio_id", read_only=True)
    avisos = serializers.SerializerMethodField(help_text="Possíveis duplicados, ditos ao gravar.")

    class Meta:
        model = Cliente
        fields = (
            "id",
            "codigo_cliente",
            "tipo_pessoa",
            "nome",
            "nome_fantasia",
            "cpf_cnpj",
            "inscricao_estadual",
            "telefone",
            "telefone_secundario",
            "whatsapp",
            "email",
            "email_financeiro",
            "municipio_ibge",
            "municipio",
            "uf",
            "cep",
            "logradouro",
            "numero",
            "complemento",
            "bairro",
            "endereco_entrega",
            "observacoes",
            "ativo",
            "criado_em",
            "atualizado_em",
            "avisos",
        )
        read_only_fields = fields

    def get_avisos(self, cliente: Cliente) -> list[dict[str, Any]]:
        return getattr(cliente, "avisos", [])


def _texto(**opcoes: Any) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, allow_null=True, **opcoes)


class DadosDoClienteSerializer(serializers.Serializer[Any]):
    """What may be sent: the municipality by IBGE code, or by name and UF. Types only; see the services."""

    nome = serializers.CharField(required=False)
    tipo_pessoa = _texto(help_text="fisica ou juridica; sem ele o documento decide.")
    cpf_cnpj = _texto(help_text="Com ou sem pontuação; CNPJ também alfanumérico.")
    nome_fantasia = _texto()
    inscricao_estadual = _texto()
    telefone = _texto(help_text="Com DDD; fixo ou celular.")
    telefone_secundario = _texto()
    whatsapp = _texto(help_text="Celular com DDD.")
    email = _texto()
    email_financeiro = _texto()
    municipio_ibge = _texto()
    municipio = _texto()
    uf = _texto()
    cep = _texto()
    logradouro = _texto()
    numero = _texto()
    complemento = _texto()
    bairro = _texto()
    endereco_entrega = _texto()
    observacoes = _texto(trim_whitespace=False)
    ativo = serializers.BooleanField(required=False)
    codigo_cliente = _texto(help_text="Só para repetir o que já é; quem dá o código é o sistema.")


class LoteDeClientesSerializer(serializers.Serializer[Any]):
    """Up to 1000 customers; each stands alone."""

    itens = serializers.ListField(child=serializers.JSONField())


class ResultadoDoItemSerializer(serializers.Serializer[Any]):
    """What became of one item."""

    indice = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["criado", "erro"])
    id = serializers.IntegerField(required=False)
    codigo_cliente = serializers.CharField(required=False)
    avisos = serializers.ListField(child=serializers.DictField(), required=False)
    code = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    field = serializers.CharField(required=False, allow_null=True)


class ResultadoDoLoteSerializer(serializers.Serializer[Any]):
    """How many, and one result per item."""

    criados = serializers.IntegerField()
    erros = serializers.IntegerField()
    resultados = ResultadoDoItemSerializer(many=True)
