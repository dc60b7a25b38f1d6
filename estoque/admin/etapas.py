from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from estoque import services
from estoque.admin.acoes import Acao, ComAcoes
from estoque.admin.base import CriadaPorServico
from estoque.models import CarteiraPrincipal, PreSeparacaoItem, ProgramacaoProducao, Separacao
from nucleo.admin.colunas import etiqueta_html, quantidade


class AbertaFilter(admin.SimpleListFilter):
    """What still has something to do, against what is over."""

    title = "situação"
    parameter_name = "aberta"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sim", "Em aberto"), ("nao", "Encerradas")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("sim", "nao"):
            return queryset
        return queryset.filter(qtd_saldo__gt=0) if self.value() == "sim" else queryset.filter(qtd_saldo=0)


def _situacao(obj: Any, aberta: str, encerrada: str) -> SafeString:
    return etiqueta_html(aberta, "info") if obj.qtd_saldo > 0 else etiqueta_html(encerrada)


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
    list_display = ("num_pedido", "produto", "num_quantidade", "num_saldo", "situacao", "data_entrega")
    list_filter = (AbertaFilter, "data_entrega")
    campo_do_dia = "data_entrega"
    list_select_related = ("produto",)
    search_fields = ("num_pedido__exact", "produto__cod_produto__exact")
    search_help_text = "Número do pedido ou código do produto"
    autocomplete_fields = ("produto",)
    campos_de_entrada = ("num_pedido", "produto", "quantidade", "data_entrega")
    fieldsets = (
        (None, {"fields": (("num_pedido", "situacao"), "produto", "data_entrega")}),
        ("Quantidades", {"fields": (("num_quantidade", "num_saldo"), "num_cancelada")}),
        ("Registro", {"fields": (("criado_em", "criado_por"),)}),
    )
    num_quantidade = quantidade("quantidade", "quantidade pedida")
    num_saldo = quantidade("qtd_saldo", "na carteira")
    num_cancelada = quantidade("qtd_cancelada", "cancelada")
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
            pergunta="Cancelar o que ainda está na carteira deste item?",
        ),
    )

    def servico_de_criacao(self, **dados: Any) -> Any:
        return services.carteira_incluir(**dados)

    @admin.display(description="situação")
    def situacao(self, obj: CarteiraPrincipal) -> SafeString:
        return _situacao(obj, "em aberto", "atendido")


class _SoPorBotao(ComAcoes, CriadaPorServico):
    """Rows that come into being by a button of the stage before."""

    list_select_related = ("produto", "carteira")
    search_fields = ("carteira__num_pedido__exact", "produto__cod_produto__exact")
    search_help_text = "Número do pedido ou código do produto"
    num_quantidade = quantidade("quantidade", "quantidade")

    @admin.display(description="situação")
    def situacao(self, obj: Any) -> SafeString:
        return _situacao(obj, "em aberto", "encerrada")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(PreSeparacaoItem)
class PreSeparacaoAdmin(_SoPorBotao):
    list_display = ("carteira", "produto", "num_quantidade", "num_saldo", "situacao", "data")
    list_filter = (AbertaFilter, "data")
    fieldsets = (
        (None, {"fields": (("carteira", "situacao"), "produto", "data")}),
        ("Quantidades", {"fields": (("num_quantidade", "num_saldo"),)}),
        ("Registro", {"fields": (("criado_em", "criado_por"),)}),
    )
    num_saldo = quantidade("qtd_saldo", "em pré-separação")
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
    list_display = (
        "carteira", "produto", "num_quantidade", "num_saldo", "num_expedida", "situacao", "data_expedicao",
    )  # fmt: skip
    list_filter = (AbertaFilter, "data_expedicao")
    fieldsets = (
        (None, {"fields": (("carteira", "situacao"), "pre_separacao", "produto", "data_expedicao")}),
        ("Quantidades", {"fields": (("num_quantidade", "num_saldo"), "num_expedida")}),
        ("Registro", {"fields": (("criado_em", "criado_por"),)}),
    )
    num_saldo = quantidade("qtd_saldo", "em separação")
    num_expedida = quantidade("qtd_expedida", "expedida")
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
    list_display = ("produto", "num_quantidade", "num_saldo", "num_produzida", "situacao", "data")
    list_filter = (AbertaFilter, "data")
    list_select_related = ("produto",)
    search_fields = ("produto__cod_produto__exact",)
    search_help_text = "Código do produto"
    autocomplete_fields = ("produto",)
    campos_de_entrada = ("produto", "quantidade", "data")
    fieldsets = (
        (None, {"fields": (("produto", "situacao"), "data")}),
        ("Quantidades", {"fields": (("num_quantidade", "num_saldo"), ("num_produzida", "num_cancelada"))}),
        ("Registro", {"fields": (("criado_em", "criado_por"),)}),
    )
    num_quantidade = quantidade("quantidade", "quantidade planejada")
    num_saldo = quantidade("qtd_saldo", "a produzir")
    num_produzida = quantidade("qtd_produzida", "produzida")
    num_cancelada = quantidade("qtd_cancelada", "cancelada")
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
            pergunta="Cancelar o que ainda não foi produzido?",
        ),
    )

    def servico_de_criacao(self, **dados: Any) -> Any:
        return services.producao_criar(**dados)

    @admin.display(description="situação")
    def situacao(self, obj: ProgramacaoProducao) -> SafeString:
        return _situacao(obj, "programada", "encerrada")
