"""The office's pages around the session: coming in, choosing and switching the perfil, my sessions."""

from functools import wraps
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from nucleo.errors import ErroDeNegocio
from nucleo.escopo import escopo, escopo_do_usuario
from sessions_ctx import porta
from sessions_ctx.admin.formularios import EntradaForm
from sessions_ctx.digitado import CAMPO as DIGITADO
from sessions_ctx.models import SessionContext
from sessions_ctx.pedido import PedidoDaPessoa
from sessions_ctx.respostas import destino_seguro, pagina_de_escolha, retomar
from sessions_ctx.selectors import acessos_recentes, sessao_id_de, sessoes_do_usuario
from sessions_ctx.services import sessoes_encerrar, update_active_profile


def so_para_quem_entrou(pagina: Any) -> Any:
    """Anonymous people go to the login page and come back here."""

    @wraps(pagina)
    def com_login(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            volta = request.get_full_path() if request.method == "GET" else reverse("admin:index")
            return HttpResponseRedirect(f"{reverse('admin:login')}?{urlencode({'next': volta})}")
        return pagina(request, *args, **kwargs)

    return never_cache(com_login)


@method_decorator(never_cache, name="dispatch")
class Entrar(LoginView):
    """The login page: opens the last used perfil, or asks; always a new session key."""

    template_name = "sessions_ctx/entrar.html"
    authentication_form = EntradaForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and request.user.is_staff:
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contexto = super().get_context_data(**kwargs) | admin.site.each_context(self.request)
        aqui, guardado = self.request.get_full_path(), self.request.POST.get(DIGITADO, "")
        if digitado := getattr(self.request, "digitado", ""):
            aqui, guardado = f"{reverse('admin:login')}?{urlencode({'next': aqui})}", digitado
        return contexto | {"title": "Entrar", "app_path": aqui, "digitado": guardado}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Called with another page's form, which came after its login was over: nothing to check yet.
        if getattr(request, "digitado", ""):
            return self.render_to_response(self.get_context_data(form=EntradaForm(request)))
        return super().post(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")

    def form_valid(self, form: Any) -> HttpResponse:
        porta.entrar(self.request, form.get_user())
        destino = self.get_success_url()
        return retomar(cast(PedidoDaPessoa, self.request), destino) or HttpResponseRedirect(destino)


@never_cache
@require_POST
def sair(request: PedidoDaPessoa) -> HttpResponse:
    """Log out; the context ends with the session."""
    porta.sair(request)
    messages.success(request, "Você saiu do sistema.")
    return HttpResponseRedirect(reverse("admin:login"))


@so_para_quem_entrou
def escolher(request: PedidoDaPessoa) -> HttpResponse:
    """Ask which perfil to work as."""
    return pagina_de_escolha(request, request.GET.get("next", ""))


@so_para_quem_entrou
@require_POST
def trocar(request: PedidoDaPessoa) -> HttpResponse:
    """Switch the session to another perfil; one of two concurrent switches wins, the other is told."""
    destino = destino_seguro(request, request.POST.get("next", ""))
    try:
        with escopo_do_usuario(request.user.pk):
            contexto = update_active_profile(
                usuario=request.user,
                perfil=_inteiro(request.POST.get("perfil")) or 0,
                sessao_id=sessao_id_de(request.session.session_key),
                versao=_inteiro(request.POST.get("versao")),
                ator=request.ator,
            )
    except ErroDeNegocio as exc:
        messages.error(request, exc.detail)
        return HttpResponseRedirect(reverse("admin:index" if request.contexto else "contexto:escolher"))
    messages.success(
        request, f"Agora você trabalha em {contexto.empresa.nome} como {contexto.perfil_ativo.nome}."
    )
    return retomar(request, destino) or HttpResponseRedirect(_onde_continuar(request, contexto, destino))


def _inteiro(texto: str | None) -> int | None:
    return int(texto) if texto and texto.isascii() and texto.isdigit() and len(texto) < 19 else None


def _onde_continuar(request: PedidoDaPessoa, contexto: SessionContext, destino: str) -> str:
    """Stay on the list one was on; a record's page belongs to the empresa one left, so show its list."""
    if request.POST.get("manter"):
        return destino
    try:
        casou = resolve(destino.partition("?")[0])
    except Resolver404:
        return reverse("admin:index")
    if casou.namespace != "admin" or "_" not in (casou.url_name or ""):
        return reverse("admin:index")
    app_e_modelo = (casou.url_name or "").rsplit("_", 1)[0]
    for modelo in admin.site._registry:
        if f"{modelo._meta.app_label}_{modelo._meta.model_name}" != app_e_modelo:
            continue
        with escopo(contexto.empresa):
            permissoes = contexto.perfil_ativo.nomes_das_permissoes
        if f"{modelo._meta.app_label}.view_{modelo._meta.model_name}" in permissoes:
            return reverse(f"admin:{app_e_modelo}_changelist")
    return reverse("admin:index")


@so_para_quem_entrou
def minhas_sessoes(request: PedidoDaPessoa) -> HttpResponse:
    """Show where the person is logged in, and the latest logins and refusals."""
    with escopo_do_usuario(request.user.pk):
        sessoes = list(sessoes_do_usuario(usuario=request.user))
        acessos = list(acessos_recentes(usuario=request.user))
    contexto = admin.site.each_context(request) | {
        "title": "Minhas sessões",
        "sessoes": sessoes,
        "acessos": acessos,
        "esta": sessao_id_de(request.session.session_key),
    }
    return TemplateResponse(request, "sessions_ctx/minhas_sessoes.html", contexto)


@so_para_quem_entrou
@require_POST
def encerrar(request: PedidoDaPessoa) -> HttpResponse:
    """End one of the person's other sessions, or all of them."""
    uma = _inteiro(request.POST.get("sessao"))
    with escopo_do_usuario(request.user.pk):
        quantas = sessoes_encerrar(
            usuario=request.user,
            ator=request.ator,
            menos=sessao_id_de(request.session.session_key),
            contextos=[uma] if uma is not None else None,
        )
    if uma is None:
        porta.marcar_entrada(request)
        messages.success(request, "Todas as suas outras sessões foram encerradas.")
    elif quantas:
        messages.success(request, "Sessão encerrada.")
    else:
        messages.warning(request, "Esta sessão já não estava aberta.")
    return HttpResponseRedirect(reverse("contexto:minhas-sessoes"))
