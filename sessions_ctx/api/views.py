"""`sessao/`: the same session, for front ends of other people. Thin skins over the services."""

from typing import Any, cast

from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nucleo.api.autenticacao import SessaoComContextoAuthentication
from nucleo.api.problemas import TIPO, corpo_do_erro
from nucleo.escopo import escopo_do_usuario
from nucleo.models import Usuario
from sessions_ctx import porta
from sessions_ctx.api import serializers
from sessions_ctx.errors import LoginBloqueado, LoginRecusado, SemContexto
from sessions_ctx.models import SessionContext
from sessions_ctx.pedido import PedidoDaPessoa
from sessions_ctx.selectors import get_session_context, perfis_disponiveis, sessao_id_de
from sessions_ctx.services import deactivate_session, update_active_profile


class TemSessao(BasePermission):
    """A logged-in person, with or without a perfil; a key of the API has no session to speak of."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if getattr(request._request, "chave_api", None) is not None:
            raise PermissionDenied("Uma chave de API já vale para uma empresa só: ela não tem sessão.")
        if not isinstance(request.user, Usuario):
            raise NotAuthenticated("Entre primeiro: POST sessao/entrar/.")
        return True


class VisaoDaSessao(APIView):
    permission_classes = [TemSessao]

    @property
    def pedido(self) -> PedidoDaPessoa:
        return cast(PedidoDaPessoa, self.request._request)

    def usuario(self) -> Usuario:
        return cast(Usuario, self.request.user)

    def contexto(self) -> SessionContext:
        if self.pedido.contexto is None:
            raise SemContexto
        return self.pedido.contexto

    def sessao_id(self) -> str:
        return sessao_id_de(self.request._request.session.session_key)


class PerfisView(VisaoDaSessao):
    @extend_schema(responses=serializers.PerfilSerializer(many=True), operation_id="sessao_perfis")
    def get(self, request: Request) -> Response:
        """The perfis the person may work as."""
        with escopo_do_usuario(self.usuario().pk):
            vinculos: Any = perfis_disponiveis(usuario=self.usuario())
            dados = serializers.PerfilSerializer(vinculos, many=True).data
        return Response(dados)


class ContextoView(VisaoDaSessao):
    @extend_schema(responses=serializers.ContextoSerializer)
    def get(self, request: Request) -> Response:
        """The active context; 404 `sem_contexto` where the session has none."""
        return Response(serializers.ContextoSerializer(self.contexto()).data)

    @extend_schema(request=serializers.TrocarSerializer, responses=serializers.ContextoSerializer)
    def post(self, request: Request) -> Response:
        """Switch; 409 `contexto_mudou` when another switch came first."""
        dados = serializers.TrocarSerializer(data=request.data)
        dados.is_valid(raise_exception=True)
        visto = self.pedido.contexto
        with escopo_do_usuario(self.usuario().pk):
            contexto = update_active_profile(
                usuario=self.usuario(),
                perfil=dados.validated_data["perfil"],
                sessao_id=self.sessao_id(),
                versao=visto.versao if visto else None,
                ator=self.pedido.ator,
            )
        return Response(serializers.ContextoSerializer(contexto).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Leave the perfil; the login stays."""
        self.contexto()
        with escopo_do_usuario(self.usuario().pk):
            deactivate_session(usuario=self.usuario(), sessao_id=self.sessao_id(), ator=self.pedido.ator)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EntrarView(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(request=serializers.EntrarSerializer, responses=serializers.EntradaSerializer)
    def post(self, request: Request) -> Response:
        """Log in: session cookie, CSRF token, the context that was opened (or null) and the perfis."""
        dados = serializers.EntrarSerializer(data=request.data)
        dados.is_valid(raise_exception=True)
        pedido = request._request
        try:
            usuario = porta.conferir_entrada(
                pedido,
                login_dado=dados.validated_data["usuario"],
                senha=dados.validated_data["senha"],
            )
        except LoginBloqueado as exc:
            corpo = corpo_do_erro(exc) | {"status": 429, "title": "Chamadas demais"}
            return Response(corpo, 429, headers={"Retry-After": str(exc.espera_s)}, content_type=TIPO)
        except LoginRecusado as exc:
            corpo = corpo_do_erro(exc) | {"status": 401, "title": "Não autenticado"}
            return Response(corpo, 401, headers={"WWW-Authenticate": "Api-Key"}, content_type=TIPO)
        porta.entrar(pedido, usuario)
        with escopo_do_usuario(usuario.pk):
            corpo = {
                "csrf_token": get_token(pedido),
                "contexto": get_session_context(
                    usuario=usuario, sessao_id=sessao_id_de(pedido.session.session_key)
                ),
                "perfis": list(perfis_disponiveis(usuario=usuario)),
            }
        return Response(serializers.EntradaSerializer(corpo).data)


class SairView(VisaoDaSessao):
    authentication_classes = [SessaoComContextoAuthentication]

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Log out; the context ends with the session."""
        porta.sair(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)
