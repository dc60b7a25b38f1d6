"""The OpenAPI description: one tag per domain, names of operations from their paths, both ways to come in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from nucleo.api.problemas import TIPO

_DOMINIOS = {
    "sessao": "Sessão",
    "clientes": "Clientes",
    "orcamentos": "Orçamentos",
    "estoque": "Estoque",
    "cobranca": "Cobrança",
}
_VERBOS = {"GET": "ler", "POST": "criar", "PUT": "gravar", "PATCH": "alterar", "DELETE": "excluir"}


class ErroDoCampo(serializers.Serializer[Any]):
    """One bad field."""

    field = serializers.CharField(allow_null=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class Problema(serializers.Serializer[Any]):
    """Every refusal (RFC 9457): 400, 401, 403, 404, 405, 406, 409, 413, 415, 429, 500 or 503."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = ErroDoCampo(many=True)  # type: ignore[assignment]


class Esquema(AutoSchema):
    """Paths name operations: the package's own way gives a list and its record the same name."""

    def get_tags(self) -> list[str]:
        return [next((_DOMINIOS[parte] for parte in self._partes() if parte in _DOMINIOS), "Outros")]

    def get_operation_id(self) -> str:
        partes = [
            f"por_{parte.strip('{}')}" if parte.startswith("{") else parte.replace("-", "_")
            for parte in self._partes()
        ]
        return "_".join([_VERBOS.get(self.method, self.method.lower()), *partes])

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Two domains may have a serializer of the same name: say whose it is."""
        classe = type(serializer)
        dono = classe.__module__.partition(".")[0]
        return f"{dono.title()}{classe.__name__}" if dono in _DOMINIOS else classe.__name__

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        respostas = super()._get_response_bodies(direction)
        problema = self.resolve_serializer(Problema, direction).ref
        return respostas | {
            "default": {
                "description": "Recusado ou não atendido; `code` e `errors` dizem por quê.",
                "content": {TIPO: {"schema": problema}},
            }
        }

    def _partes(self) -> list[str]:
        return [parte for parte in self.path.split("/") if parte and parte not in {"api", "v1"}]


class ChaveApiScheme(OpenApiAuthenticationExtension):
    """`Authorization: Api-Key <key>`."""

    target_class = "nucleo.api.autenticacao.ChaveApiAuthentication"
    name = "chaveApi"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Api-Key <chave>`: a chave de uma empresa, criada no escritório ou por comando.",
        }


class SessaoScheme(OpenApiAuthenticationExtension):
    """The browser's session, working as its active perfil."""

    target_class = "nucleo.api.autenticacao.SessaoComContextoAuthentication"
    name = "sessao"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "A sessão do navegador, no perfil ativo; escritas pedem também o token CSRF.",
        }
