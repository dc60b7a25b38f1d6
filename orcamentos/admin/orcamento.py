from collections.abc import Iterator
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from nucleo.admin import AdminDaEmpresa, InlineDaEmpresa, ator_do_pedido
from nucleo.admin.base import empresa_do_pedido
from nucleo.admin.colunas import dinheiro, etiqueta, quantidade
from nucleo.admin.ligacoes import Ligacao
from nucleo.datas import hoje
from nucleo.decimais import reais
from nucleo.errors import ErroDeValidacao
from orcamentos import selectors, services
from orcamentos.admin.exportacao import exportar_em_csv, exportar_em_xlsx
from orcamentos.admin.formularios import FormularioDoItem, FormularioDoOrcamento
from orcamentos.admin.importar import ImportacaoNoEscritorio
from orcamentos.admin.paginas import PaginasDoOrcamento, botao, com_o_lugar, historia
from orcamentos.models import ItemOrcamento, Orcamento, Status
from orcamentos.services.transicoes import acoes_permitidas

CORES: Final = {
    Status.RASCUNHO: "",
    Status.ENVIADO: "info",
    Status.APROVADO: "success",
    Status.RECUSADO: "danger",
    Status.EXPIRADO: "warning",
    Status.CANCELADO: "",
}
TEXTOS: Final = ("condicoes_pagamento", "observacoes", "referencia_cliente")


def _editavel(obj: Orcamento | None) -> bool:
    return obj is None or obj.rascunho


class ItensInline(InlineDaEmpresa):
    model = ItemOrcamento
    form = FormularioDoItem
    fields = ("produto", "descricao", "quantidade", "preco_unitario", "desconto", "total_da_linha")
    readonly_fields = ("total_da_linha", "num_quantidade", "num_preco", "num_desconto")
    verbose_name_plural = "itens"
    hide_title = True
    min_num = 1

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("produto",)

    num_quantidade = quantidade("quantidade", "quantidade")
    num_preco = dinheiro("preco_unitario", "preço unitário")
    num_desconto = dinheiro("desconto", "desconto")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Where nothing can be typed any more, numbers as they are read."""
        if self.has_change_permission(request, obj):
            return self.fields
        return ("produto", "descricao", "num_quantidade", "num_preco", "num_desconto", "total_da_linha")

    @admin.display(description="total")
    def total_da_linha(self, item: ItemOrcamento) -> str:
        valor = reais(item.total) if item.pk else "—"
        return format_html('<output class="orc-total-linha">{}</output>', valor)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _editavel(obj) and request.user.has_perm("orcamentos.change_orcamento")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("orcamentos.view_orcamento")


@admin.register(Orcamento)
class OrcamentoAdmin(ImportacaoNoEscritorio, PaginasDoOrcamento, AdminDaEmpresa):
    form = FormularioDoOrcamento
    inlines = (ItensInline,)
    list_display = ("numero_na_lista", "cliente", "situacao", "data", "validade", "num_total")
    list_filter = ("status", "data", "importado")
    list_select_related = ("cliente",)
    search_fields = ("budget_number",)
    search_help_text = "Número, referência do cliente, ou o cliente (nome, código, documento, telefone)"
    ordering = ("-ordem",)
    actions = (exportar_em_csv, exportar_em_xlsx)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "cliente",
                    ("data", "validade"),
                    ("referencia_cliente", "condicoes_pagamento"),
                    "observacoes",
                    "versao_lida",
                )
            },
        ),
    )
    change_form_outer_before_template = "orcamentos/admin/acoes.html"
    change_form_outer_after_template = "orcamentos/admin/historia.html"

    class Media:
        js = ("orcamentos/totais.js",)

    @admin.display(description="número", ordering="ordem")
    def numero_na_lista(self, obj: Orcamento) -> str:
        return obj.numero_com_revisao

    situacao = etiqueta("status", CORES)
    num_total = dinheiro("total", "total")

    def ligacoes_da_lista(self, request: HttpRequest) -> Iterator[Ligacao]:
        yield Ligacao("Numeração por ano", reverse("admin:orcamentos_numeracao"), "format_list_numbered")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Orcamento], search_term: str
    ) -> tuple[QuerySet[Orcamento], bool]:
        if search_term.strip():
            queryset = selectors.orcamentos_buscar(queryset, termo=search_term)
        return queryset, False

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("cliente",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"data": hoje(empresa_do_pedido(request).fuso), **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _editavel(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing yet: the service writes head and items together, in `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        limpos = form.cleaned_data
        dados = {
            "empresa": empresa_do_pedido(request),
            "ator": ator_do_pedido(request),
            "cliente": limpos["cliente"],
            "data": limpos["data"],
            "validade": limpos["validade"],
            "itens": _itens(formsets[0]),
            **{campo: limpos[campo] for campo in TEXTOS},
        }
        try:
            salvo = _gravar(form, dados, change)
        except ErroDeValidacao as erro:
            raise com_o_lugar(erro) from erro
        form.instance.__dict__.update(salvo.__dict__)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        # Django did not save the formsets; our own history says what changed in them.
        return super().construct_change_message(request, form, [], add)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj = kwargs.get("obj")
        if obj is not None and obj.pk:
            pode = request.user.has_perm("orcamentos.change_orcamento")
            if request.method == "POST":
                # A refused form has put what was typed, or nothing, into its object: show what is stored.
                obj = Orcamento.objects.select_related("cliente").get(pk=obj.pk)
            context |= {
                "acoes": [botao(obj, nome) for nome in acoes_permitidas(obj)] if pode else [],
                "pdf_url": reverse("admin:orcamentos_pdf", args=[obj.pk]),
                "total_em_reais": reais(obj.total),
                "situacao": self.situacao(obj),
                "revisoes": selectors.revisoes_em_dados(obj),
                "historico": historia(obj),
                "hoje": hoje(empresa_do_pedido(request).fuso),
            }
        return super().render_change_form(request, context, *args, **kwargs)


def _gravar(form: Any, dados: dict[str, Any], change: bool) -> Orcamento:
    if not change:
        return services.orcamento_criar(**dados)
    versao = form.cleaned_data["versao_lida"] or 0
    return services.orcamento_alterar(orcamento_id=form.instance.pk, versao=versao, **dados)


def _itens(formset: Any) -> list[services.DadosDoItem]:
    """Return the lines of the inline form in their order, without the empty and the struck ones."""
    return [
        services.DadosDoItem(
            produto=limpo.get("produto"),
            descricao=limpo.get("descricao") or "",
            quantidade=limpo["quantidade"],
            preco_unitario=limpo["preco_unitario"],
            desconto=limpo["desconto"],
        )
        for limpo in (form.cleaned_data for form in formset.forms)
        if limpo and not limpo.get("DELETE")
    ]
