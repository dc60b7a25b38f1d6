"""What a person or a program is told when the context stands in the way. Nothing was written."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from nucleo.api.problemas import corpo_do_erro, problema_http
from nucleo.escopo import escopo, escopo_do_usuario
from nucleo.models import Usuario, Vinculo
from sessions_ctx.cerca import Marca, nome_da_marca, nome_do_contexto
from sessions_ctx.digitado import CAMPO as DIGITADO
from sessions_ctx.digitado import digitado_lido, digitado_no_pedido
from sessions_ctx.errors import ContextoMudou
from sessions_ctx.models import SessionContext
from sessions_ctx.pedido import PedidoDaPessoa
from sessions_ctx.selectors import perfil_na_versao, perfis_disponiveis, sessao_id_de
from sessions_ctx.services.trilha import OUTRA_EMPRESA, Lado, auditar_entre

_FRASES = {
    SessionContext.Fim.EXPIRADA: "Sua sessão expirou por inatividade ou tempo máximo. Entre de novo.",
    SessionContext.Fim.ENCERRADA: "Esta sessão foi encerrada em outro aparelho. Entre de novo.",
    SessionContext.Fim.LOGOUT: "Esta sessão foi encerrada. Entre de novo.",
}
_DESCONHECIDO = Lado(None, "outro contexto")
_PAGINAS_DE_REGISTRO = ("_change", "_history", "_delete")


def destino_seguro(request: PedidoDaPessoa, destino: str) -> str:
    """Return `destino` if it is a page of this site, else the office's first page."""
    seguro = url_has_allowed_host_and_scheme(
        destino, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return destino if destino and seguro else reverse("admin:index")


def sessao_encerrada(request: PedidoDaPessoa, usuario: Usuario, fim: str) -> HttpResponseBase | None:
    """Say that the session is over: 401 to a program, the login page with the way back to a person."""
    if request.path.startswith("/api/"):
        if request.path == reverse("sessao:entrar"):
            return None
        return problema_http(401, f"sessao_{fim}", _FRASES[SessionContext.Fim(fim)])
    if not request.path.startswith(reverse("admin:index")) or request.path == reverse("admin:login"):
        return None
    frase = _FRASES[SessionContext.Fim(fim)]
    escrita = request.method not in {"GET", "HEAD"}
    messages.warning(request, f"{frase} Nada foi gravado." if escrita else frase)
    if escrita and digitado_no_pedido(request):
        return None  # `entrar_de_novo` answers, once the form's CSRF token was checked
    return HttpResponseRedirect(f"{reverse('admin:login')}?{urlencode({'next': _volta(request)})}")


def _volta(request: PedidoDaPessoa) -> str:
    """Where the person comes back to: the page itself; for a form that was sent, the page that held it."""
    return request.get_full_path()


def entrar_de_novo(request: PedidoDaPessoa) -> HttpResponseBase | None:
    """Answer a form sent by nobody any more with the login page, which keeps what was typed."""
    request.digitado = digitado_no_pedido(request)
    if not request.digitado:
        return None
    if not messages.get_messages(request):
        messages.warning(request, "Sua sessão terminou. Entre de novo. Nada foi gravado.")
    return resolve(reverse("admin:login")).func(request)


def escolher_perfil(request: PedidoDaPessoa) -> HttpResponseBase:
    """Send a person without a perfil to the page that asks; a form that was sent waits in that page."""
    if request.method in {"GET", "HEAD"}:
        return HttpResponseRedirect(f"{reverse('contexto:escolher')}?{urlencode({'next': _volta(request)})}")
    messages.warning(request, "Você não tem perfil ativo nesta sessão. Nada foi gravado.")
    return pagina_de_escolha(request, _volta(request), guardado=digitado_no_pedido(request))


def pagina_de_escolha(request: PedidoDaPessoa, destino: str, *, guardado: str = "") -> TemplateResponse:
    """Ask which perfil to work as."""
    with escopo_do_usuario(request.user.pk):
        vinculos = list(perfis_disponiveis(usuario=request.user))
    contexto = admin.site.each_context(request) | {
        "title": "Escolha o perfil",
        "vinculos": vinculos,
        "destino": destino_seguro(request, destino),
        "versao": request.contexto.versao if request.contexto else "",
        "digitado": guardado,
    }
    return TemplateResponse(request, "sessions_ctx/escolher.html", contexto)


def retomar(request: PedidoDaPessoa, destino: str) -> HttpResponse | None:
    """Offer to send again what was typed before the login or the switch; None where there is nothing."""
    campos = digitado_lido(request.POST.get(DIGITADO, ""), request.user)
    if not campos:
        return None
    contexto = admin.site.each_context(request) | {
        "title": "Continue de onde parou",
        "campos": campos,
        "destino": destino,
    }
    return TemplateResponse(request, "sessions_ctx/retomar.html", contexto)


def problema_do_contexto(request: PedidoDaPessoa) -> HttpResponse:
    """409 for a write that carries a stale context version; the sentence names both contexts."""
    atual = request.contexto
    antes = _lado_da_versao(request)
    agora = f"trabalha em {nome_do_contexto(atual)}" if atual else "não tem perfil ativo"
    frase = f"O pedido foi preparado em {antes.nome}, mas agora esta sessão {agora}. Nada foi gravado."
    erro = ContextoMudou(frase, versao=atual.versao if atual else 0)
    _auditar_recusa(request, frase, antes)
    corpo = corpo_do_erro(erro)
    return problema_http(409, corpo["code"], corpo["detail"], versao=corpo["versao"])


def _lado_da_versao(request: PedidoDaPessoa) -> Lado:
    """Name the context whose version a program sent."""
    vista = request.headers.get("X-Contexto-Versao", "").strip()
    usuario, sessao_id = request.user, sessao_id_de(request.session.session_key)
    if not (vista.isascii() and vista.isdigit() and len(vista) < 10):
        return _DESCONHECIDO
    with escopo_do_usuario(usuario.pk):
        achado = perfil_na_versao(usuario=usuario, sessao_id=sessao_id, versao=int(vista))
        if achado is None:
            return _DESCONHECIDO
        return Lado(achado[0], nome_da_marca(Marca(usuario.pk, *achado), usuario))


def formulario_de_outro_contexto(request: PedidoDaPessoa, marca: Marca | None) -> HttpResponseBase:
    """Refuse a form opened under another perfil; the sentence names both."""
    agora = nome_do_contexto(request.contexto)
    with escopo_do_usuario(request.user.pk):
        antes = nome_da_marca(marca, request.user) if marca else OUTRA_EMPRESA
        volta = _vinculo(request.user, marca.perfil_id) if marca else None
    frase = (
        f"Este formulário foi aberto em {antes}, mas agora você está trabalhando em {agora}."
        " Nada foi gravado."
    )
    _auditar_recusa(request, frase, Lado(marca.empresa_id if marca else None, antes))
    contexto = admin.site.each_context(request) | {
        "title": "Formulário de outra empresa",
        "frase": frase,
        "agora": agora,
        "volta": volta,
        "destino": _volta(request),
        "digitado": digitado_no_pedido(request),
    }
    return TemplateResponse(request, "sessions_ctx/recusado.html", contexto, status=409)


def _vinculo(usuario: Usuario, perfil_id: int) -> Vinculo | None:
    return perfis_disponiveis(usuario=usuario).filter(perfil_id=perfil_id).first()


def _auditar_recusa(request: PedidoDaPessoa, frase: str, de: Lado) -> None:
    atual: SessionContext | None = request.contexto
    aqui = Lado(atual.empresa_id, nome_do_contexto(atual)) if atual else Lado(None, "")
    with escopo_do_usuario(request.user.pk), transaction.atomic():
        auditar_entre(
            ator=request.ator,
            acao="contexto_recusado",
            de=de,
            para=aqui,
            nas=[aqui.empresa_id],
            frase=frase,
            pedido=f"{request.method} {request.path}"[:200],
        )


def oferecer_troca(request: PedidoDaPessoa, resposta: HttpResponseBase) -> HttpResponseBase:
    """A link to a record of another empresa in which the person has a perfil offers the switch.

    Looks there only when the office has already answered that the record does not exist here.
    """
    casou = request.resolver_match
    if request.method != "GET" or casou is None or "object_id" not in casou.kwargs:
        return resposta
    if casou.namespace != "admin" or not (casou.url_name or "").endswith(_PAGINAS_DE_REGISTRO):
        return resposta
    if resposta.status_code not in {302, 403, 404}:
        return resposta
    modelo = _modelo_da_pagina(casou.url_name or "")
    chave = unquote(casou.kwargs["object_id"])
    if modelo is None or _existe(modelo, chave, request.empresa.pk):
        return resposta
    vinculo = _onde_esta(request, modelo, chave)
    return resposta if vinculo is None else _oferta(request, modelo, vinculo)


def _modelo_da_pagina(url_name: str) -> type[Model] | None:
    base = url_name.rsplit("_", 1)[0]
    for modelo in admin.site._registry:
        if f"{modelo._meta.app_label}_{modelo._meta.model_name}" == base:
            return modelo
    return None


def _onde_esta(request: PedidoDaPessoa, modelo: type[Model], chave: str) -> Vinculo | None:
    permissao = f"{modelo._meta.app_label}.view_{modelo._meta.model_name}"
    with escopo_do_usuario(request.user.pk):
        vinculos = [v for v in perfis_disponiveis(usuario=request.user) if v.empresa_id != request.empresa.pk]
    for vinculo in vinculos:
        with escopo(vinculo.empresa_id):
            pode_ver = permissao in vinculo.perfil.nomes_das_permissoes
        if pode_ver and _existe(modelo, chave, vinculo.empresa_id):
            return vinculo
    return None


def _existe(modelo: type[Model], chave: str, empresa_id: int) -> bool:
    try:
        with escopo(empresa_id):
            return modelo._default_manager.filter(pk=chave).exists()
    except (ValueError, ValidationError):
        return False


def _oferta(request: PedidoDaPessoa, modelo: type[Model], vinculo: Vinculo) -> HttpResponse:
    list(messages.get_messages(request))  # "does not exist" would contradict this page
    contexto = admin.site.each_context(request) | {
        "title": "Registro de outra empresa",
        "agora": nome_do_contexto(request.contexto),
        "tipo": modelo._meta.verbose_name,
        "vinculo": vinculo,
        "destino": request.get_full_path(),
    }
    with escopo_do_usuario(request.user.pk):
        request.perfis_do_seletor = list(perfis_disponiveis(usuario=request.user))
    return TemplateResponse(request, "sessions_ctx/outra_empresa.html", contexto, status=404).render()
