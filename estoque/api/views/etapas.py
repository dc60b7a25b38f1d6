"""The stages: order lines, pré-separações, separações, production."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from estoque import services
from estoque.api import serializers as s
from estoque.models import CarteiraPrincipal, PreSeparacaoItem, Produto, ProgramacaoProducao, Separacao
from estoque.services.campos import produto_do_codigo
from nucleo.api.idempotencia import idempotente
from nucleo.api.leitura import ligado
from nucleo.api.visoes import VisaoDaEmpresa
from nucleo.datas import data_lida
from nucleo.errors import ErroDeValidacao
from nucleo.textos import texto_limpo


class ListaComProduto(ListModelMixin, VisaoDaEmpresa):
    """A list filtered by `cod_produto` and dates, newest first; a stage's also by `abertas`."""

    campo_da_data = "data"
    tem_saldo = True
    filter_backends = ()

    @extend_schema(
        parameters=[
            OpenApiParameter("cod_produto", str),
            OpenApiParameter("abertas", bool, description="Só as que têm saldo (nas etapas)."),
            OpenApiParameter("data_de", date),
            OpenApiParameter("data_ate", date),
        ]
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        linhas, filtros = queryset, self.request.query_params
        if "cod_produto" in filtros:
            linhas = linhas.filter(produto=self.produto(filtros["cod_produto"]))
        if self.tem_saldo and ligado(filtros.get("abertas"), campo="abertas"):
            linhas = linhas.filter(qtd_saldo__gt=0)
        for nome, operador in (("data_de", "gte"), ("data_ate", "lte")):
            if nome in filtros:
                data = data_lida(filtros[nome], campo=nome)
                linhas = linhas.filter(**{f"{self.campo_da_data}__{operador}": data})
        return linhas

    def lidos(self, classe: type[serializers.Serializer]) -> dict[str, Any]:
        corpo = classe(data=self.request.data)
        corpo.is_valid(raise_exception=True)
        return dict(corpo.validated_data)

    def produto(self, codigo: Any) -> Produto:
        limpo = texto_limpo(codigo, campo="cod_produto", maximo=40, obrigatorio=True)
        return produto_do_codigo(empresa=self.empresa, cod_produto=limpo)


class Carteira(ListaComProduto):
    serializer_class = s.CarteiraSaida
    modelo_da_permissao = CarteiraPrincipal
    campo_da_data = "data_entrega"

    def get_queryset(self) -> QuerySet[CarteiraPrincipal]:
        linhas = CarteiraPrincipal.objects.filter(empresa=self.empresa).select_related("produto")
        pedido = self.request.query_params.get("num_pedido")
        if not pedido:
            return linhas
        return linhas.none() if "\x00" in pedido else linhas.filter(num_pedido=pedido)

    @extend_schema(request=s.CarteiraEntrada, responses={201: s.CarteiraSaida})
    @idempotente
    def post(self, request: Request) -> Response:
        dados = self.lidos(s.CarteiraEntrada)
        produto = self.produto(dados.pop("cod_produto"))
        linha = services.carteira_incluir(empresa=self.empresa, ator=self.ator, produto=produto, **dados)
        return Response(s.CarteiraSaida(linha).data, status=201)


class PreSeparacoes(ListaComProduto):
    serializer_class = s.PreSeparacaoSaida
    modelo_da_permissao = PreSeparacaoItem

    def get_queryset(self) -> QuerySet[PreSeparacaoItem]:
        return PreSeparacaoItem.objects.filter(empresa=self.empresa).select_related("produto")

    @extend_schema(request=s.PreSeparacaoEntrada, responses={201: s.PreSeparacaoSaida})
    @idempotente
    def post(self, request: Request) -> Response:
        dados = self.lidos(s.PreSeparacaoEntrada)
        item = services.pre_separar(
            empresa=self.empresa, ator=self.ator, carteira_id=dados.pop("carteira"), **dados
        )
        return Response(s.PreSeparacaoSaida(item).data, status=201)


class Separacoes(ListaComProduto):
    serializer_class = s.SeparacaoSaida
    modelo_da_permissao = Separacao
    campo_da_data = "data_expedicao"

    def get_queryset(self) -> QuerySet[Separacao]:
        return Separacao.objects.filter(empresa=self.empresa).select_related("produto")

    @extend_schema(request=s.SeparacaoEntrada, responses={201: s.SeparacaoSaida})
    @idempotente
    def post(self, request: Request) -> Response:
        dados = self.lidos(s.SeparacaoEntrada)
        carteira, pre = dados.pop("carteira", None), dados.pop("pre_separacao", None)
        if (carteira is None) == (pre is None):
            raise ErroDeValidacao(
                "campo_obrigatorio", "Informe carteira ou pre_separacao, um dos dois.", field="carteira"
            )
        item = services.separar(
            empresa=self.empresa, ator=self.ator, carteira_id=carteira, pre_separacao_id=pre, **dados
        )
        return Response(s.SeparacaoSaida(item).data, status=201)


class Producao(ListaComProduto):
    serializer_class = s.ProducaoSaida
    modelo_da_permissao = ProgramacaoProducao

    def get_queryset(self) -> QuerySet[ProgramacaoProducao]:
        return ProgramacaoProducao.objects.filter(empresa=self.empresa).select_related("produto")

    @extend_schema(request=s.ProducaoEntrada, responses={201: s.ProducaoSaida})
    @idempotente
    def post(self, request: Request) -> Response:
        dados = self.lidos(s.ProducaoEntrada)
        produto = self.produto(dados.pop("cod_produto"))
        plano = services.producao_criar(empresa=self.empresa, ator=self.ator, produto=produto, **dados)
        return Response(s.ProducaoSaida(plano).data, status=201)


class _Acao(VisaoDaEmpresa):
    """One step on one row: `{quantidade?}`, all that is left by default."""

    saida: type[serializers.Serializer]
    status_da_resposta = 200

    @extend_schema(request=s.QuantidadeEntrada)
    @idempotente
    def post(self, request: Request, pk: int) -> Response:
        corpo = s.QuantidadeEntrada(data=request.data)
        corpo.is_valid(raise_exception=True)
        feito = self.executar(pk, corpo.validated_data.get("quantidade"))
        return Response(self.saida(feito).data, status=self.status_da_resposta)

    def executar(self, pk: int, quantidade: object) -> Any:
        raise NotImplementedError

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return self.saida


class CancelarCarteira(_Acao):
    saida = s.CarteiraSaida
    permissoes = {"POST": "estoque.change_carteiraprincipal"}

    def executar(self, pk: int, quantidade: object) -> Any:
        return services.carteira_cancelar(
            empresa=self.empresa, ator=self.ator, carteira_id=pk, quantidade=quantidade
        )


class CancelarPreSeparacao(_Acao):
    saida = s.PreSeparacaoSaida
    permissoes = {"POST": "estoque.change_preseparacaoitem"}

    def executar(self, pk: int, quantidade: object) -> Any:
        return services.pre_separacao_cancelar(
            empresa=self.empresa, ator=self.ator, pre_separacao_id=pk, quantidade=quantidade
        )


class CancelarSeparacao(_Acao):
    saida = s.SeparacaoSaida
    permissoes = {"POST": "estoque.change_separacao"}

    def executar(self, pk: int, quantidade: object) -> Any:
        return services.separacao_cancelar(
            empresa=self.empresa, ator=self.ator, separacao_id=pk, quantidade=quantidade
        )


class CancelarProducao(_Acao):
    saida = s.ProducaoSaida
    permissoes = {"POST": "estoque.change_programacaoproducao"}

    def executar(self, pk: int, quantidade: object) -> Any:
        return services.producao_cancelar(
            empresa=self.empresa, ator=self.ator, producao_id=pk, quantidade=quantidade
        )


class _Reprogramar(VisaoDaEmpresa):
    """Change the planned day of one row: `{data}`."""

    saida: type[serializers.Serializer]

    @extend_schema(request=s.DataEntrada)
    @idempotente
    def post(self, request: Request, pk: int) -> Response:
        corpo = s.DataEntrada(data=request.data)
        corpo.is_valid(raise_exception=True)
        return Response(self.saida(self.executar(pk, corpo.validated_data["data"])).data)

    def executar(self, pk: int, data: object) -> Any:
        raise NotImplementedError

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return self.saida


class ReprogramarCarteira(_Reprogramar):
    saida = s.CarteiraSaida
    permissoes = {"POST": "estoque.change_carteiraprincipal"}

    def executar(self, pk: int, data: object) -> Any:
        return services.carteira_reprogramar(empresa=self.empresa, ator=self.ator, carteira_id=pk, data=data)


class ReprogramarPreSeparacao(_Reprogramar):
    saida = s.PreSeparacaoSaida
    permissoes = {"POST": "estoque.change_preseparacaoitem"}

    def executar(self, pk: int, data: object) -> Any:
        return services.pre_separacao_reprogramar(
            empresa=self.empresa, ator=self.ator, pre_separacao_id=pk, data=data
        )


class ReprogramarSeparacao(_Reprogramar):
    saida = s.SeparacaoSaida
    permissoes = {"POST": "estoque.change_separacao"}

    def executar(self, pk: int, data: object) -> Any:
        return services.separacao_reprogramar(
            empresa=self.empresa, ator=self.ator, separacao_id=pk, data=data
        )


class ReprogramarProducao(_Reprogramar):
    saida = s.ProducaoSaida
    permissoes = {"POST": "estoque.change_programacaoproducao"}

    def executar(self, pk: int, data: object) -> Any:
        return services.producao_reprogramar(empresa=self.empresa, ator=self.ator, producao_id=pk, data=data)


class ExpedirSeparacao(_Acao):
    """Ship: answers the saída movement."""

    saida = s.MovimentacaoSaida
    status_da_resposta = 201
    permissoes = {"POST": "estoque.change_separacao"}

    def executar(self, pk: int, quantidade: object) -> Any:
        return services.expedir(empresa=self.empresa, ator=self.ator, separacao_id=pk, quantidade=quantidade)


class ConcluirProducao(_Acao):
    """Register what was produced: answers the entrada movement."""

    saida = s.MovimentacaoSaida
    status_da_resposta = 201
    permissoes = {"POST": "estoque.change_programacaoproducao"}

    def executar(self, pk: int, quantidade: object) -> Any:
        return services.producao_concluir(
            empresa=self.empresa, ator=self.ator, producao_id=pk, quantidade=quantidade
        )
