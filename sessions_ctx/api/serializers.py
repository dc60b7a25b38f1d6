from typing import Any

from rest_framework import serializers

from nucleo.models import Vinculo
from sessions_ctx.models import SessionContext


class EntrarSerializer(serializers.Serializer[Any]):
    usuario = serializers.CharField(max_length=150)
    senha = serializers.CharField(max_length=4096, trim_whitespace=False)


class TrocarSerializer(serializers.Serializer[Any]):
    perfil = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class PerfilSerializer(serializers.Serializer[Vinculo]):
    id = serializers.IntegerField(source="perfil_id")
    nome = serializers.CharField(source="perfil.nome")
    empresa = serializers.CharField(source="empresa.slug")
    empresa_nome = serializers.CharField(source="empresa.nome")
    empresa_cor = serializers.CharField(source="empresa.cor")


class PerfilAtivoSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    nome = serializers.CharField()


class ContextoSerializer(serializers.Serializer[SessionContext]):
    empresa = serializers.CharField(source="empresa.slug")
    empresa_nome = serializers.CharField(source="empresa.nome")
    empresa_cor = serializers.CharField(source="empresa.cor")
    perfil = PerfilAtivoSerializer(source="perfil_ativo")
    versao = serializers.IntegerField()
    expira_em = serializers.DateTimeField(source="data_expiracao")


class EntradaSerializer(serializers.Serializer[Any]):
    csrf_token = serializers.CharField()
    contexto = ContextoSerializer(allow_null=True)
    perfis = PerfilSerializer(many=True)
