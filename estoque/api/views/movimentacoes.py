from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from estoque import services
from estoque.api import serializers as s
from estoque.api.views.etapas import ListaComProduto
from estoque.models import MovimentacaoEstoque
from nucleo.api.idempotencia import idempotente
from nucleo.api.visoes import VisaoDaEmpresa
from nucleo.errors import ErroDeNegocio, ErroDeValidacao

LOTE_MAXIMO = 1000


class Movimentacoes(ListaComProduto):
    """The ledger, newest first; `cod_produto`, `data_de` and `data_ate` filter."""

    serializer_class = s.MovimentacaoSaida
    modelo_da_permissao = MovimentacaoEstoque
    tem_saldo = False

    def get_queryset(self) -> QuerySet[MovimentacaoEstoque]:
        return MovimentacaoEstoque.objects.filter(empresa=self.empresa).select_related("produto")

    @extend_schema(request=s.MovimentacaoEntrada, responses={201: s.MovimentacaoSaida})
    @idempotente
    def post(self, request: Request) -> Response:
        dados = self.lidos(s.MovimentacaoEntrada)
        produto = self.produto(dados.pop("cod_produto"))
        movimento = services.movimentacao_registrar(
            empresa=self.empresa, ator=self.ator, produto=produto, **dados
        )
        return Response(s.MovimentacaoSaida(movimento).data, status=201)


class LoteDeMovimentacoes(VisaoDaEmpresa):
    """Up to 1000 movements; each item stands alone."""

    serializer_class = s.LoteSaida
    permissoes = {"POST": "estoque.add_movimentacaoestoque"}

    @extend_schema(request=s.LoteEntrada, responses=s.LoteSaida)
    @idempotente
    def post(self, request: Request) -> Response:
        corpo = s.LoteEntrada(data=request.data)
        corpo.is_valid(raise_exception=True)
        itens = corpo.validated_data["itens"]
        if len(itens) > LOTE_MAXIMO:
            raise ErroDeValidacao("lote_muito_grande", f"No máximo {LOTE_MAXIMO} itens.", field="itens")
        feitos = services.movimentacoes_registrar(empresa=self.empresa, ator=self.ator, itens=itens)
        resultados = [_resultado(i, feito) for i, feito in enumerate(feitos)]
        criados = sum(r["status"] == "criado" for r in resultados)
        return Response({"criados": criados, "erros": len(itens) - criados, "resultados": resultados})


class EstornarMovimentacao(VisaoDaEmpresa):
    """The reverse movement, dated today; at most once."""

    serializer_class = s.MovimentacaoSaida
    permissoes = {"POST": "estoque.add_movimentacaoestoque"}

    @extend_schema(request=None, responses={201: s.MovimentacaoSaida})
    @idempotente
    def post(self, request: Request, pk: int) -> Response:
        inverso = services.movimentacao_estornar(empresa=self.empresa, ator=self.ator, movimentacao_id=pk)
        return Response(s.MovimentacaoSaida(inverso).data, status=201)


def _resultado(indice: int, feito: MovimentacaoEstoque | ErroDeNegocio) -> dict[str, Any]:
    if isinstance(feito, MovimentacaoEstoque):
        return {"indice": indice, "status": "criado", "id": feito.pk}
    erro = {"indice": indice, "status": "erro", "code": feito.code, "detail": feito.detail}
    return erro | ({"field": feito.field} if feito.field else {})
