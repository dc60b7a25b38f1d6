"""`/api/v1/clientes/`: thin over the services."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filtros
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clientes.api.serializers import (
    AlteracaoDoClienteSerializer,
    ClienteSerializer,
    DadosDoClienteSerializer,
)
from clientes.models import Cliente
from clientes.selectors import clientes_buscados
from clientes.services import cliente_atualizar, cliente_criar
from nucleo.api.idempotencia import idempotente
from nucleo.api.visoes import VisaoDaEmpresa


class FiltroDeClientes(filtros.FilterSet):
    """`busca` looks everywhere; the others are exact."""

    busca = filtros.CharFilter(method="buscar", label="nome, nome fantasia, código, documento ou telefone")
    codigo_cliente = filtros.CharFilter(method="por_codigo")
    cpf_cnpj = filtros.CharFilter(method="por_documento")
    municipio_ibge = filtros.NumberFilter(field_name="municipio_id")
    ativo = filtros.BooleanFilter()

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

    @idempotente
    def post(self, request: Request) -> Response:
        entrada = DadosDoClienteSerializer(data=request.data)
        entrada.is_valid(raise_exception=True)
        cliente = cliente_criar(empresa=self.empresa, ator=self.ator, **entrada.validated_data)
        return Response(ClienteSerializer(cliente).data, status=status.HTTP_201_CREATED)


class ClienteView(_VisaoDeClientes, RetrieveAPIView[Cliente]):
    """Read and change one."""

    filter_backends: list[Any] = []

    def patch(self, request: Request, pk: int) -> Response:
        entrada = AlteracaoDoClienteSerializer(data=request.data)
        entrada.is_valid(raise_exception=True)
        cliente = cliente_atualizar(
            empresa=self.empresa, ator=self.ator, cliente_id=pk, **entrada.validated_data
        )
        return Response(ClienteSerializer(cliente).data)
