"""`/api/v1/clientes/`: thin over the services."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filtros
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clientes.api.serializers import (
    ClienteSerializer,
    DadosDoClienteSerializer,
    LoteDeClientesSerializer,
    ResultadoDoLoteSerializer,
)
from clientes.models import Cliente
from clientes.selectors import busca_cortada, clientes_buscados
from clientes.services import cliente_atualizar, cliente_criar, clientes_criar_bloco
from nucleo.api.idempotencia import idempotente, processar_em_blocos
from nucleo.api.visoes import VisaoDaEmpresa
from nucleo.errors import ErroDeNegocio, ErroDeValidacao

LOTE_MAXIMO = 1000


class FiltroDeClientes(filtros.FilterSet):
    """`busca` looks everywhere; the others are exact."""

    busca = filtros.CharFilter(method="buscar", label="nome, nome fantasia, código, documento ou telefone")
    codigo_cliente = filtros.CharFilter(method="por_codigo")
    cpf_cnpj = filtros.CharFilter(method="por_documento")
    municipio_ibge = filtros.NumberFilter(field_name="municipio_id")
    # Not a BooleanFilter: that one takes what it cannot read for no filter at all.
    ativo = filtros.TypedChoiceFilter(choices=(("true", "sim"), ("false", "não")), coerce="true".__eq__)

    class Meta:
        model = Cliente
        fields = ("busca", "codigo_cliente", "cpf_cnpj", "municipio_ibge", "ativo")

    def buscar(self, clientes: "QuerySet[Cliente]", nome: str, termo: str) -> "QuerySet[Cliente]":
        return clientes_buscados(termo, clientes)

    def por_codigo(self, clientes: "QuerySet[Cliente]", nome: str, codigo: str) -> "QuerySet[Cliente]":
        return clientes.filter(codigo_cliente=codigo.strip().upper())

    def por_documento(self, clientes: "QuerySet[Cliente]", nome: str, documento: str) -> "QuerySet[Cliente]":
        nu = "".join(letra for letra in documento if letra.isalnum()).upper()
        return clientes.filter(cpf_cnpj=nu) if nu else clientes.none()


class _VisaoDeClientes(VisaoDaEmpresa):
    modelo_da_permissao = Cliente
    serializer_class = ClienteSerializer
    filterset_class = FiltroDeClientes

    def get_queryset(self) -> "QuerySet[Cliente]":
        if getattr(self, "swagger_fake_view", False):
            return Cliente.objects.none()
        return Cliente.objects.filter(empresa=self.empresa).select_related("municipio")


class ClientesView(_VisaoDeClientes, ListAPIView[Cliente]):
    """List and create."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List; `busca_cortada` says that the search found more than it lists."""
        resposta = self.list(request, *args, **kwargs)
        termo = request.query_params.get("busca", "")
        if termo and resposta.data["next"] and busca_cortada(termo):
            resposta.data["busca_cortada"] = True
        return resposta

    @extend_schema(request=DadosDoClienteSerializer, responses={201: ClienteSerializer})
    @idempotente
    def post(self, request: Request) -> Response:
        entrada = DadosDoClienteSerializer(data=request.data)
        entrada.is_valid(raise_exception=True)
        cliente = cliente_criar(empresa=self.empresa, ator=self.ator, **entrada.validated_data)
        return Response(ClienteSerializer(cliente).data, status=status.HTTP_201_CREATED)


class ClienteView(_VisaoDeClientes, RetrieveAPIView[Cliente]):
    """Read and change one."""

    filter_backends: list[Any] = []

    @extend_schema(request=DadosDoClienteSerializer, responses=ClienteSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        entrada = DadosDoClienteSerializer(data=request.data)
        entrada.is_valid(raise_exception=True)
        cliente = cliente_atualizar(
            empresa=self.empresa, ator=self.ator, cliente_id=pk, **entrada.validated_data
        )
        return Response(ClienteSerializer(cliente).data)


class LoteDeClientesView(VisaoDaEmpresa):
    """Up to 1000 customers in one call, committed in blocks of 100; each item stands alone."""

    modelo_da_permissao = Cliente
    serializer_class = LoteDeClientesSerializer

    @extend_schema(responses=ResultadoDoLoteSerializer)
    def post(self, request: Request) -> Response:
        resultados = processar_em_blocos(request, _itens(request), self._bloco)
        criados = sum(resultado["status"] == "criado" for resultado in resultados)
        corpo = {"criados": criados, "erros": len(resultados) - criados, "resultados": resultados}
        return Response(corpo)

    def _bloco(self, itens: Sequence[Any], inicio: int) -> list[dict[str, Any]]:
        saida = clientes_criar_bloco(
            empresa=self.empresa, ator=self.ator, itens=itens, avisar=True, origem="api"
        )
        return [_resultado(indice, um) for indice, um in enumerate(saida, start=inicio)]


def _itens(request: Request) -> list[Any]:
    itens = request.data.get("itens") if isinstance(request.data, dict) else None
    if not isinstance(itens, list) or not itens:
        raise ErroDeValidacao("campo_obrigatorio", "Envie de 1 a 1000 itens.", field="itens")
    if len(itens) > LOTE_MAXIMO:
        raise ErroDeValidacao(
            "lote_muito_grande", f"São {len(itens)} itens; o máximo é {LOTE_MAXIMO}.", field="itens"
        )
    return itens


def _resultado(indice: int, um: Cliente | ErroDeNegocio) -> dict[str, Any]:
    if isinstance(um, Cliente):
        feito = {"indice": indice, "status": "criado", "id": um.pk, "codigo_cliente": um.codigo_cliente}
        return feito | ({"avisos": um.avisos} if um.avisos else {})
    existente = {chave: valor for chave, valor in um.extra.items() if chave == "codigo_cliente"}
    erro = {"indice": indice, "status": "erro", "code": um.code, "detail": um.detail, "field": um.field}
    return erro | existente
