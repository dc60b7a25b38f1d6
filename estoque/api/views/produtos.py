from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from estoque import services
from estoque.api import serializers as s
from estoque.models import Produto
from estoque.selectors import projecoes
from estoque.selectors.saldos import saldo_exato
from estoque.services.campos import data_planejada, produto_do_codigo, quantidade_lida
from nucleo.api.idempotencia import idempotente
from nucleo.api.leitura import ligado
from nucleo.api.visoes import VisaoDaEmpresa

VER = "estoque.view_produto"
DIAS = OpenApiParameter("dias", int, description="Dias da janela, de 1 a 365 (padrão 29).")
CAUSAS = OpenApiParameter("causas", int, description="1: os documentos de cada dia.")


class Produtos(VisaoDaEmpresa):
    """Products of the empresa; `cod_produto` and `ativo` filter."""

    serializer_class = s.ProdutoSaida
    modelo_da_permissao = Produto
    filterset_fields = ["cod_produto"]
    ordering = "cod_produto"

    def get_queryset(self) -> QuerySet[Produto]:
        if getattr(self, "swagger_fake_view", False):  # the schema is written without an empresa
            return Produto.objects.none()
        produtos = Produto.objects.filter(empresa=self.empresa)
        # Not a BooleanFilter: that one takes what it cannot read for no filter at all.
        if ativo := self.request.query_params.get("ativo"):
            produtos = produtos.filter(ativo=ligado(ativo, campo="ativo"))
        return produtos

    @extend_schema(
        parameters=[OpenApiParameter("ativo", bool)],
        responses=s.ProdutoSaida(many=True),
        operation_id="estoque_produtos_listar",
    )
    def get(self, request: Request) -> Response:
        pagina = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(s.ProdutoSaida(pagina, many=True).data)

    @extend_schema(request=s.ProdutoEntrada, responses={201: s.ProdutoSaida})
    @idempotente
    def post(self, request: Request) -> Response:
        corpo = s.ProdutoEntrada(data=request.data)
        corpo.is_valid(raise_exception=True)
        produto = services.produto_criar(empresa=self.empresa, ator=self.ator, **corpo.validated_data)
        return Response(s.ProdutoSaida(produto).data, status=201)


class _DeUmProduto(VisaoDaEmpresa):
    permissoes = {"GET": VER, "POST": VER, "PATCH": "estoque.change_produto"}
    queryset = Produto.objects.none()

    def codigo(self) -> str:
        codigo = self.kwargs["cod"]
        if "\x00" in codigo:
            raise NotFound("Não encontrado nesta empresa.")
        return codigo

    def dias(self) -> int:
        return projecoes.dias_lidos(self.request.query_params.get("dias"))


class UmProduto(_DeUmProduto):
    serializer_class = s.ProdutoSaida

    def get(self, request: Request, **_: Any) -> Response:
        produto = produto_do_codigo(empresa=self.empresa, cod_produto=self.codigo())
        return Response(s.ProdutoSaida(produto).data)

    @extend_schema(request=s.ProdutoMudanca, responses=s.ProdutoSaida)
    def patch(self, request: Request, **_: Any) -> Response:
        corpo = s.ProdutoMudanca(data=request.data)
        corpo.is_valid(raise_exception=True)
        produto = produto_do_codigo(empresa=self.empresa, cod_produto=self.codigo())
        services.produto_alterar(
            empresa=self.empresa, ator=self.ator, produto=produto, **corpo.validated_data
        )
        return Response(s.ProdutoSaida(produto).data)


class SaldoDoProduto(_DeUmProduto):
    """The exact balance at this moment."""

    serializer_class = s.SaldoSaida

    def get(self, request: Request, **_: Any) -> Response:
        return Response(s.SaldoSaida(saldo_exato(empresa=self.empresa, cod_produto=self.codigo())).data)


class ProjecaoDoProduto(_DeUmProduto):
    """Stock at the end of each day; the first day is today in the empresa's time zone."""

    serializer_class = s.ProjecaoSaida

    @extend_schema(parameters=[DIAS, CAUSAS], responses=s.ProjecaoComCausasSaida)
    def get(self, request: Request, **_: Any) -> Response:
        alvo: dict[str, Any] = {"empresa": self.empresa, "cod_produto": self.codigo(), "dias": self.dias()}
        if ligado(request.query_params.get("causas"), campo="causas"):
            return Response(s.ProjecaoComCausasSaida(projecoes.projecao_com_causas(**alvo)).data)
        return Response(s.ProjecaoSaida(projecoes.projecao_exata(**alvo)).data)


class SimulacaoDoProduto(_DeUmProduto):
    """A projection with hypothetical orders and production; nothing is written."""

    serializer_class = s.ProjecaoSaida

    @extend_schema(parameters=[DIAS], request=s.SimulacaoEntrada, responses=s.ProjecaoSaida)
    def post(self, request: Request, **_: Any) -> Response:
        corpo = s.SimulacaoEntrada(data=request.data)
        corpo.is_valid(raise_exception=True)
        planos = {nome: self._planos(corpo.validated_data[nome], nome) for nome in ("carteira", "producao")}
        simulada = projecoes.projecao_simulada(
            empresa=self.empresa, cod_produto=self.codigo(), dias=self.dias(), **planos
        )
        return Response(s.ProjecaoSaida(simulada).data)

    def _planos(self, itens: list[dict[str, Any]], nome: str) -> list[tuple[Any, Any]]:
        return [
            (
                quantidade_lida(item["quantidade"], f"{nome}.{i}.quantidade"),
                data_planejada(item["data"], empresa=self.empresa, campo=f"{nome}.{i}.data"),
            )
            for i, item in enumerate(itens)
        ]


class SugestaoDoProduto(_DeUmProduto):
    """What to buy or produce by when so that the window stays at the product's minimum."""

    serializer_class = s.SugestaoSaida

    @extend_schema(parameters=[DIAS])
    def get(self, request: Request, **_: Any) -> Response:
        sugestao = projecoes.sugestao_de_compra(
            empresa=self.empresa, cod_produto=self.codigo(), dias=self.dias()
        )
        return Response(s.SugestaoSaida(sugestao).data)


class Rupturas(VisaoDaEmpresa):
    """Products that run out within the window, first day first."""

    serializer_class = s.RupturaSaida
    permissoes = {"GET": VER}
    filter_backends = ()

    @extend_schema(parameters=[DIAS], responses=s.RupturaSaida(many=True), operation_id="estoque_rupturas")
    def get(self, request: Request) -> Response:
        dias = projecoes.dias_lidos(request.query_params.get("dias"))
        achadas = projecoes.rupturas(empresa=self.empresa, dias=dias)
        return Response({"next": None, "previous": None, "results": s.RupturaSaida(achadas, many=True).data})
