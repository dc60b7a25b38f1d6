from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from estoque import services
from estoque.admin.acoes import Acao, ComAcoes
from estoque.admin.base import CriadaPorServico
from estoque.models import CarteiraPrincipal, PreSeparacaoItem, ProgramacaoProducao, Separacao

_PRE = "estoque.add_preseparacaoitem"
_SEP = "estoque.add_separacao"


def _reprogramar(servico: Callable[..., Any], etapa: str, permissao: str, dia_de: str) -> Acao:
    """The button that gives what is left of a row another day."""
    return Acao(
        "reprogramar",
        "Mudar a data",
        "event",
        servico,
        f"{etapa}_id",
        f"estoque.change_{permissao}",
        "Data mudada.",
        data="data",
        dia_de=dia_de,
        quantidade=False,
    )


@admin.register(CarteiraPrincipal)
class CarteiraAdmin(ComAcoes, CriadaPorServico):
    list_display = ("num_pedido", "produto", "quantidade", "qtd_saldo", "qtd_cancelada", "data_entrega")
    list_filter = ("data_entrega",)
    list_select_related = ("produto",)
    search_fields = ("num_pedido__exact", "produto__cod_produto__exact")
    search_help_text = "Número do pedido ou código do produto"
    autocomplete_fields = ("produto",)
    campos_de_entrada = ("num_pedido", "produto", "quantidade", "data_entrega")
    fields = (*campos_de_entrada, "qtd_saldo", "qtd_cancelada", "criado_em", "criado_por")
    acoes_da_linha = (
        Acao(
            "pre_separar",
            "Pré-separar",
            "playlist_add_check",
            services.pre_separar,
            "carteira_id",
            _PRE,
            "Pré-separado.",
            data="data",
        ),
        Acao(
            "separar",
            "Separar",
            "conveyor_belt",
            services.separar,
            "carteira_id",
            _SEP,
            "Separado.",
            data="data_expedicao",
            destaque=True,
        ),
        _reprogramar(services.carteira_reprogramar, "carteira", "carteiraprincipal", "data_entrega"),
        Acao(
            "cancelar",
            "Cancelar",
            "block",
            services.carteira_cancelar,
            "carteira_id",
            "estoque.change_carteiraprincipal",
            "Cancelado.",
        ),
    )

    def servico_de_criacao(self, **dados: Any) -> Any:
        return services.carteira_incluir(**dados)


class _SoPorBotao(ComAcoes, CriadaPorServico):
    """Rows that come into being by a button of the stage before."""

    list_select_related = ("produto", "carteira")
    search_fields = ("carteira__num_pedido__exact", "produto__cod_produto__exact")
    search_help_text = "Número do pedido ou código do produto"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(PreSeparacaoItem)
class PreSeparacaoAdmin(_SoPorBotao):
    list_display = ("id", "carteira", "produto", "quantidade", "qtd_saldo", "data")
    list_filter = ("data",)
    fields = ("carteira", "produto", "quantidade", "qtd_saldo", "data", "criado_em", "criado_por")
    acoes_da_linha = (
        Acao(
            "separar",
            "Separar",
            "conveyor_belt",
            services.separar,
            "pre_separacao_id",
            _SEP,
            "Separado.",
            data="data_expedicao",
            destaque=True,
        ),
        _reprogramar(services.pre_separacao_reprogramar, "pre_separacao", "preseparacaoitem", "data"),
        Acao(
            "cancelar",
            "Devolver à carteira",
            "undo",
            services.pre_separacao_cancelar,
            "pre_separacao_id",
            "estoque.change_preseparacaoitem",
            "Devolvido à carteira.",
        ),
    )


@admin.register(Separacao)
class SeparacaoAdmin(_SoPorBotao):
    list_display = ("id", "carteira", "produto", "quantidade", "qtd_saldo", "qtd_expedida", "data_expedicao")
    list_filter = ("data_expedicao",)
    fields = (
        "carteira",
        "pre_separacao",
        "produto",
        "quantidade",
        "qtd_saldo",
        "qtd_expedida",
        "data_expedicao",
        "criado_em",
        "criado_por",
    )
    acoes_da_linha = (
        Acao(
            "expedir",
            "Expedir",
            "local_shipping",
            services.expedir,
            "separacao_id",
            "estoque.change_separacao",
            "Expedido: a saída foi registrada.",
            destaque=True,
        ),
        _reprogramar(services.separacao_reprogramar, "separacao", "separacao", "data_expedicao"),
        Acao(
            "cancelar",
            "Devolver à carteira",
            "undo",
            services.separacao_cancelar,
            "separacao_id",
            "estoque.change_separacao",
            "Devolvido à carteira.",
        ),
    )


@admin.register(ProgramacaoProducao)
class ProducaoAdmin(ComAcoes, CriadaPorServico):
    list_display = ("id", "produto", "quantidade", "qtd_saldo", "qtd_produzida", "data")
    list_filter = ("data",)
    list_select_related = ("produto",)
    search_fields = ("produto__cod_produto__exact",)
    search_help_text = "Código do produto"
    autocomplete_fields = ("produto",)
    campos_de_entrada = ("produto", "quantidade", "data")
    fields = (*campos_de_entrada, "qtd_saldo", "qtd_produzida", "qtd_cancelada", "criado_em", "criado_por")
    acoes_da_linha = (
        Acao(
            "concluir",
            "Concluir",
            "check_circle",
            services.producao_concluir,
            "producao_id",
            "estoque.change_programacaoproducao",
            "Concluído: a entrada foi registrada.",
            destaque=True,
        ),
        _reprogramar(services.producao_reprogramar, "producao", "programacaoproducao", "data"),
        Acao(
            "cancelar",
            "Cancelar",
            "block",
            services.producao_cancelar,
            "producao_id",
            "estoque.change_programacaoproducao",
            "Cancelado.",
        ),
    )

    def servico_de_criacao(self, **dados: Any) -> Any:
        return services.producao_criar(**dados)
