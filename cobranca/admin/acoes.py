"""Buttons of a page that call a service: POST forms with CSRF, one permission, one clear answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse

from cobranca.gateway import ErroDoGateway
from nucleo.admin import ator_do_pedido
from nucleo.admin.base import AdminDaEmpresa, empresa_do_pedido
from nucleo.errors import ErroDeNegocio


@dataclass(frozen=True)
class Acao:
    """One button. `servico` takes empresa, ator and the object; it returns the sentence to show.

    `data` names a date typed beside the button: the service's argument and its label. `pergunta` is asked
    before what cannot be undone.
    """

    rotulo: str
    servico: Callable[..., str]
    icone: str
    pergunta: str = ""
    data: tuple[str, str] | None = None
    forte: bool = False


class ComAcoes(AdminDaEmpresa):
    """A page whose objects have buttons. `acoes_de(obj)` says which ones now."""

    acoes: ClassVar[dict[str, Acao]] = {}
    change_form_outer_before_template = "cobranca/admin/acoes.html"

    def acoes_de(self, obj: Any) -> list[str]:
        """Return the names of the buttons that make sense for this row as it is."""
        return list(self.acoes)

    def pode_agir(self, request: HttpRequest) -> bool:
        """Whether this person may use the buttons."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def get_urls(self) -> list[Any]:
        nome = f"{self.opts.app_label}_{self.opts.model_name}_acao"
        agir = self.admin_site.admin_view(self.agir)
        return [path("<int:pk>/acao/<slug:acao>/", agir, name=nome), *super().get_urls()]

    def agir(self, request: HttpRequest, pk: int, acao: str) -> HttpResponse:
        """Carry one button out."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        obj = self.get_object(request, str(pk))
        if obj is None or acao not in self.acoes or not self.pode_agir(request):
            raise PermissionDenied
        botao = self.acoes[acao]
        argumentos: dict[str, Any] = {"empresa": empresa_do_pedido(request), "ator": ator_do_pedido(request)}
        if botao.data:
            argumentos[botao.data[0]] = request.POST.get(botao.data[0], "")
        try:
            frase = botao.servico(obj=obj, **argumentos)
        except (ErroDeNegocio, ErroDoGateway) as exc:
            self.message_user(request, getattr(exc, "detail", str(exc)), messages.ERROR)
        else:
            self.message_user(request, frase, messages.SUCCESS)
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        nome = f"admin:{self.opts.app_label}_{self.opts.model_name}_acao"
        botoes = (
            [(self.acoes[a], reverse(nome, args=[obj.pk, a])) for a in self.acoes_de(obj)]
            if obj is not None and self.pode_agir(request)
            else []
        )
        contexto = {"botoes": botoes, **self.contexto_extra(request, obj), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, contexto)

    def contexto_extra(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """What the page's own templates show besides the form."""
        return {}
