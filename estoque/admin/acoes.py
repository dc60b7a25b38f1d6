"""The pick chain as buttons: each is a small form that POSTs to one service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from nucleo.admin import AdminDaEmpresa, ator_do_pedido
from nucleo.admin.base import empresa_do_pedido
from nucleo.datas import hoje
from nucleo.decimais import decimal_brasileiro

if TYPE_CHECKING:
    _Base = AdminDaEmpresa
else:
    _Base = object


@dataclass(frozen=True)
class Acao:
    """One button. `data` names the service's date argument, where it takes one.

    `dia_de` names the row's date that the field starts with; without it, today.
    """

    nome: str
    rotulo: str
    icone: str
    servico: Callable[..., Any]
    id: str
    permissao: str
    sucesso: str
    data: str = ""
    dia_de: str = ""
    quantidade: bool = True
    destaque: bool = False
    # Asked before what cannot be undone.
    pergunta: str = ""


class ComAcoes(_Base):
    """Mixed into the admin of a row that moves on: shows what is left, and the buttons."""

    acoes_da_linha: ClassVar[tuple[Acao, ...]] = ()
    change_form_outer_before_template = "estoque/admin/acoes.html"

    def get_urls(self) -> list[URLPattern]:
        nome = f"{self.opts.app_label}_{self.opts.model_name}_acao"
        envolver = self.admin_site.admin_view
        return [path("<int:pk>/acao/<str:nome>/", envolver(self.acao_view), name=nome), *super().get_urls()]

    def aberta(self, obj: Any) -> bool:
        """Tell whether the buttons still have something to do."""
        return obj.qtd_saldo > 0

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        extra = {"acoes": self._botoes(request, obj) if obj else []}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def acao_view(self, request: HttpRequest, pk: int, nome: str) -> HttpResponse:
        """One of the buttons: a POST that calls one service."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        acao = next((a for a in self.acoes_da_linha if a.nome == nome), None)
        if acao is None:
            raise Http404
        if not request.user.has_perm(acao.permissao):
            raise PermissionDenied
        self.executar(request, self._chamar, acao.sucesso, botao=acao, pk=pk, pedido=request)
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
        )

    def _chamar(self, *, botao: Acao, pk: int, pedido: HttpRequest) -> Any:
        argumentos: dict[str, Any] = {botao.id: pk}
        if botao.quantidade and pedido.POST.get("quantidade", "").strip():
            argumentos["quantidade"] = decimal_brasileiro(
                pedido.POST["quantidade"], casas=3, campo="quantidade"
            )
        if botao.data:
            argumentos[botao.data] = pedido.POST.get("data", "")
        return botao.servico(empresa=empresa_do_pedido(pedido), ator=ator_do_pedido(pedido), **argumentos)

    def _botoes(self, request: HttpRequest, obj: Model) -> list[dict[str, Any]]:
        if not self.aberta(obj):
            return []
        endereco = f"admin:{self.opts.app_label}_{self.opts.model_name}_acao"
        hoje_ = hoje(empresa_do_pedido(request).fuso)
        return [
            {
                "acao": acao,
                "url": reverse(endereco, args=[obj.pk, acao.nome]),
                "dia": getattr(obj, acao.dia_de) if acao.dia_de else hoje_,
            }
            for acao in self.acoes_da_linha
            if request.user.has_perm(acao.permissao)
        ]
