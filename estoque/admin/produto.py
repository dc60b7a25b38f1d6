"""Products with their balance, the projection with its causes, what-if, and the stock-out board."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.views import ChangeList

from estoque import services
from estoque.models import Produto, ProgramacaoProducao
from estoque.selectors import projecoes
from estoque.selectors.saldos import saldo_exato, saldos_da_lista
from estoque.services.campos import data_planejada
from nucleo.admin import AdminDaEmpresa, ator_do_pedido
from nucleo.admin.base import empresa_do_pedido
from nucleo.admin.campos import SemRestricoes
from nucleo.admin.colunas import VAZIO, etiqueta_html, sinal
from nucleo.admin.ligacoes import Ligacao, pode
from nucleo.decimais import decimal_brasileiro, quantidade_formatada
from nucleo.errors import ErroDeNegocio
from nucleo.models import Empresa

_CAMPOS = ("cod_produto", "nome", "unidade", "preco_venda", "estoque_minimo", "ativo")
_MUDAVEIS = ("nome", "unidade", "preco_venda", "estoque_minimo", "ativo")
_SIMULAVEIS = ("pedido", "pedido_data", "entrada", "entrada_data")


# As high as its frame, days without a crowd, in greys that are read on light and on dark.
_GRADE = {"color": "rgba(128, 128, 128, .2)"}
_OPCOES = {
    "animation": False,
    "maintainAspectRatio": False,
    "scales": {
        "x": {"grid": _GRADE, "ticks": {"color": "#80868f", "maxRotation": 0, "autoSkip": True}},
        "y": {"grid": _GRADE, "ticks": {"color": "#80868f", "precision": 0}},
    },
}


class ListaDeProdutos(ChangeList):
    """Reads the balances of the page's products in one statement."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: list[Any] = list(self.result_list)
        ids = [produto.pk for produto in self.result_list]
        saldos = saldos_da_lista(empresa=empresa_do_pedido(request), produto_ids=ids)
        for produto in self.result_list:
            produto.na_lista = saldos.get(produto.pk)


@admin.register(Produto)
class ProdutoAdmin(AdminDaEmpresa):
    form = SemRestricoes
    list_display = ("cod_produto", "nome", "unidade", "num_saldo", "num_disponivel", "ruptura", "ativo")
    list_filter = ("ativo",)
    search_fields = ("cod_produto__startswith", "nome__icontains")
    search_help_text = "Começo do código, ou parte do nome"
    change_form_outer_before_template = "estoque/admin/saldo.html"
    change_form_outer_after_template = "estoque/admin/projecao.html"
    fieldsets = (
        (None, {"fields": (("cod_produto", "ativo"), "nome", ("unidade", "estoque_minimo"), "preco_venda")}),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ListaDeProdutos

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("cod_produto",) if obj else ("ativo",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        comum: dict[str, Any] = {"empresa": empresa_do_pedido(request), "ator": ator_do_pedido(request)}
        dados = {campo: valor for campo, valor in form.cleaned_data.items() if campo in _CAMPOS}
        if change:
            mudancas = {campo: dados[campo] for campo in _MUDAVEIS}
            services.produto_alterar(produto=obj, **comum, **mudancas)
            return
        feito = services.produto_criar(**comum, **dados)
        obj.pk, obj.empresa_id = feito.pk, feito.empresa_id

    @admin.display(description="saldo")
    def num_saldo(self, obj: Any) -> str:
        return _quantidade(obj.na_lista and obj.na_lista.saldo_atual)

    @admin.display(description="disponível")
    def num_disponivel(self, obj: Any) -> SafeString | str:
        valor = obj.na_lista and obj.na_lista.disponivel
        return sinal(valor or Decimal(0), _quantidade(valor))

    @admin.display(description="ruptura")
    def ruptura(self, obj: Any) -> SafeString | str:
        dia = obj.na_lista and obj.na_lista.data_ruptura
        return etiqueta_html(f"{dia:%d/%m/%Y}", "danger") if dia else VAZIO

    def ligacoes_da_lista(self, request: HttpRequest) -> Iterator[Ligacao]:
        endereco = reverse("admin:estoque_rupturas")
        yield Ligacao("O que vai faltar, o primeiro dia antes", endereco, "production_quantity_limits")

    def get_urls(self) -> list[URLPattern]:
        envolver = self.admin_site.admin_view
        return [path("rupturas/", envolver(self.rupturas_view), name="estoque_rupturas"), *super().get_urls()]

    def rupturas_view(self, request: HttpRequest) -> HttpResponse:
        """The stock-out board: what runs out in the window, first day first."""
        if not request.user.has_perm("estoque.view_produto"):
            raise PermissionDenied
        contexto = {**self.admin_site.each_context(request), "title": "O que vai faltar"}
        try:
            dias = projecoes.dias_lidos(request.GET.get("dias"))
            achadas = projecoes.rupturas(empresa=empresa_do_pedido(request), dias=dias)
            ids = dict(
                Produto.objects.filter(cod_produto__in=[r.cod_produto for r in achadas]).values_list(
                    "cod_produto", "pk"
                )
            )
            contexto |= {
                "dias": dias,
                "rupturas": [(ids[r.cod_produto], r) for r in achadas],
                "pode_programar": pode(request, "add", ProgramacaoProducao),
            }
        except ErroDeNegocio as erro:
            contexto |= {"dias": projecoes.DIAS_PADRAO, "rupturas": [], "erro": erro.detail}
        return render(request, "estoque/admin/rupturas.html", contexto)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        produto = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if produto is not None and request.method == "GET":
            extra |= _projecao(empresa_do_pedido(request), produto, request)
        return super().change_view(request, object_id, form_url, extra)


def _quantidade(valor: Decimal | None) -> str:
    return "reconstruindo…" if valor is None else quantidade_formatada(valor)


def _projecao(empresa: Empresa, produto: Produto, request: HttpRequest) -> dict[str, Any]:
    """What the product page shows below its form; an error is told there, the form stays usable."""
    codigo = produto.cod_produto
    digitado = {nome: request.GET.get(nome, "").strip() for nome in _SIMULAVEIS}
    try:
        dias = projecoes.dias_lidos(request.GET.get("dias"))
        projecao = projecoes.projecao_com_causas(empresa=empresa, cod_produto=codigo, dias=dias)
        contexto = {
            "saldo": saldo_exato(empresa=empresa, cod_produto=codigo),
            "projecao": projecao,
            "sugestao": projecoes.sugestao_de_compra(empresa=empresa, cod_produto=codigo, dias=dias),
            "dias": dias,
            "digitado": digitado,
        }
        simulada = _simulada(empresa, codigo, dias, digitado)
    except ErroDeNegocio as erro:
        return {"erro_da_projecao": erro.detail, "digitado": digitado}
    contexto["linhas"] = _linhas(projecao, simulada)
    contexto["simulada"] = simulada
    contexto["grafico"] = json.dumps(_grafico(projecao, simulada))
    contexto["opcoes_do_grafico"] = json.dumps(_OPCOES | {"plugins": {"legend": {"display": bool(simulada)}}})
    return contexto


def _simulada(
    empresa: Empresa, codigo: str, dias: int, digitado: dict[str, str]
) -> projecoes.Projecao | None:
    def planos(campo: str) -> list[tuple[Decimal, date]]:
        if not digitado[campo]:
            return []
        quantidade = decimal_brasileiro(digitado[campo], casas=3, minimo=0, campo=campo)
        return [
            (quantidade, data_planejada(digitado[f"{campo}_data"], empresa=empresa, campo=f"{campo}_data"))
        ]

    carteira, producao = planos("pedido"), planos("entrada")
    if not carteira and not producao:
        return None
    return projecoes.projecao_simulada(
        empresa=empresa, cod_produto=codigo, carteira=carteira, producao=producao, dias=dias
    )


def _linhas(projecao: projecoes.Projecao, simulada: projecoes.Projecao | None) -> list[dict[str, Any]]:
    """Days on which something happens, and the first and last one."""
    ultima = len(projecao.dias) - 1
    outras = simulada.dias if simulada else projecao.dias
    return [
        {"dia": dia, "simulado": outra.saldo if simulada else None}
        for i, (dia, outra) in enumerate(zip(projecao.dias, outras, strict=True))
        if i in (0, ultima) or dia.entradas or dia.saidas or outra.entradas or outra.saidas
    ]


def _grafico(projecao: projecoes.Projecao, simulada: projecoes.Projecao | None) -> dict[str, Any]:
    series = [_serie("Saldo previsto", projecao, "var(--color-primary-600)")]
    if simulada is not None:
        series.append(_serie("Com a simulação", simulada, "var(--color-orange-500)"))
    return {"labels": [f"{dia.data:%d/%m}" for dia in projecao.dias], "datasets": series}


def _serie(rotulo: str, projecao: projecoes.Projecao, cor: str) -> dict[str, Any]:
    return {
        "label": rotulo,
        "data": [float(dia.saldo) for dia in projecao.dias],
        "borderColor": cor,
        "stepped": True,
    }
