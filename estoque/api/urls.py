from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import IntConverter

from estoque.api.views import etapas, movimentacoes, produtos


class IdConverter(IntConverter):
    """An id that fits PostgreSQL's bigint; a longer number is no address at all."""

    regex = "[0-9]{1,18}"


register_converter(IdConverter, "id")

# A product's code may hold slashes, so its own page comes after its sub-pages.
urlpatterns: list[URLPattern | URLResolver] = [
    path("produtos/", produtos.Produtos.as_view()),
    path("produtos/<path:cod>/saldo/", produtos.SaldoDoProduto.as_view()),
    path("produtos/<path:cod>/projecao/", produtos.ProjecaoDoProduto.as_view()),
    path("produtos/<path:cod>/simular/", produtos.SimulacaoDoProduto.as_view()),
    path("produtos/<path:cod>/sugestao/", produtos.SugestaoDoProduto.as_view()),
    path("produtos/<path:cod>/", produtos.UmProduto.as_view()),
    path("rupturas/", produtos.Rupturas.as_view()),
    path("movimentacoes/", movimentacoes.Movimentacoes.as_view()),
    path("movimentacoes/lote/", movimentacoes.LoteDeMovimentacoes.as_view()),
    path("movimentacoes/<id:pk>/estornar/", movimentacoes.EstornarMovimentacao.as_view()),
    path("carteira/", etapas.Carteira.as_view()),
    path("carteira/<id:pk>/cancelar/", etapas.CancelarCarteira.as_view()),
    path("carteira/<id:pk>/reprogramar/", etapas.ReprogramarCarteira.as_view()),
    path("pre-separacoes/", etapas.PreSeparacoes.as_view()),
    path("pre-separacoes/<id:pk>/cancelar/", etapas.CancelarPreSeparacao.as_view()),
    path("pre-separacoes/<id:pk>/reprogramar/", etapas.ReprogramarPreSeparacao.as_view()),
    path("separacoes/", etapas.Separacoes.as_view()),
    path("separacoes/<id:pk>/cancelar/", etapas.CancelarSeparacao.as_view()),
    path("separacoes/<id:pk>/reprogramar/", etapas.ReprogramarSeparacao.as_view()),
    path("separacoes/<id:pk>/expedir/", etapas.ExpedirSeparacao.as_view()),
    path("producao/", etapas.Producao.as_view()),
    path("producao/<id:pk>/concluir/", etapas.ConcluirProducao.as_view()),
    path("producao/<id:pk>/cancelar/", etapas.CancelarProducao.as_view()),
    path("producao/<id:pk>/reprogramar/", etapas.ReprogramarProducao.as_view()),
]
