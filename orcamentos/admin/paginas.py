"""Pages of the quote beside Django's list and form: the buttons, the print, the report on the numbers."""

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse

from estoque.models import Produto
from nucleo.admin import AdminDaEmpresa, ator_do_pedido
from nucleo.admin.base import empresa_do_pedido
from nucleo.datas import data_lida
from nucleo.errors import ErroDeValidacao, ErrosDeValidacao, NaoEncontrado
from nucleo.models import RegistroAuditoria
from nucleo.selectors import historico_de
from orcamentos import selectors, services
from orcamentos.models import Orcamento
from orcamentos.services.impressao import orcamento_pdf
from orcamentos.services.transicoes import TRANSICOES

if TYPE_CHECKING:
    _Base = AdminDaEmpresa
else:
    _Base = object

ROTULOS: Final = {
    "enviar": ("Enviar", "send"),
    "aprovar": ("Aprovar", "check_circle"),
    "recusar": ("Recusar", "thumb_down"),
    "revisar": ("Revisar", "edit_note"),
    "cancelar": ("Cancelar orçamento", "block"),
}

# As the lines' columns are called on the screen.
DO_ITEM: Final = {
    "quantidade": "quantidade",
    "preco_unitario": "preço unitário",
    "desconto": "desconto",
    "descricao": "descrição",
}
PERGUNTAS: Final = {
    "recusar": "Registrar que o cliente recusou este orçamento?",
    "cancelar": "Cancelar este orçamento? Ele fica na lista, mas não pode mais ser enviado nem aprovado.",
}

HISTORIA: Final = {
    "orcamento_criado": "criou",
    "orcamento_importado": "importou",
    "orcamento_alterado": "alterou",
    "orcamento_enviado": "enviou",
    "orcamento_aprovado": "aprovou",
    "orcamento_recusado": "registrou a recusa",
    "orcamento_expirado": "encerrou a validade",
    "orcamento_cancelado": "cancelou",
    "orcamento_revisado": "abriu revisão",
}


class PaginasDoOrcamento(_Base):
    """Mixed into the quote's admin."""

    def get_urls(self) -> list[URLPattern]:
        envolver = self.admin_site.admin_view
        proprias = [
            path("numeracao/", envolver(self.numeracao_view), name="orcamentos_numeracao"),
            path("preco/<int:pk>/", envolver(self.preco_view), name="orcamentos_preco"),
            path("<int:pk>/acao/<str:nome>/", envolver(self.acao_view), name="orcamentos_acao"),
            path("<int:pk>/pdf/", envolver(self.pdf_view), name="orcamentos_pdf"),
        ]
        return proprias + super().get_urls()

    def acao_view(self, request: HttpRequest, pk: int, nome: str) -> HttpResponse:
        """One of the buttons: a POST that calls one service."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        _exigir(request, "orcamentos.change_orcamento")
        if nome not in ROTULOS:
            raise Http404
        try:
            argumentos = _argumentos(nome, request)
        except ErroDeValidacao as erro:
            self.message_user(request, erro.detail, messages.ERROR)
        else:
            self.executar(
                request,
                getattr(services, f"orcamento_{nome}"),
                f"Orçamento {TRANSICOES[nome].verbo}.",
                empresa=empresa_do_pedido(request),
                ator=ator_do_pedido(request),
                orcamento_id=pk,
                **argumentos,
            )
        return HttpResponseRedirect(reverse("admin:orcamentos_orcamento_change", args=[pk]))

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The printed quote."""
        _exigir(request, "orcamentos.view_orcamento")
        try:
            orcamento = selectors.orcamento_completo(empresa=empresa_do_pedido(request), orcamento_id=pk)
        except NaoEncontrado as erro:
            raise Http404(erro.detail) from erro
        resposta = HttpResponse(orcamento_pdf(orcamento), content_type="application/pdf")
        resposta["Content-Disposition"] = f'inline; filename="{orcamento.budget_number}.pdf"'
        return resposta

    def preco_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The list price of a product, as the form's price field takes it."""
        _exigir(request, "orcamentos.view_orcamento")
        produto = get_object_or_404(Produto.objects.only("preco_venda"), pk=pk)
        preco = "" if produto.preco_venda is None else f"{produto.preco_venda:.2f}".replace(".", ",")
        return JsonResponse({"preco": preco})

    def numeracao_view(self, request: HttpRequest) -> HttpResponse:
        """The office's report on the series: last, next, how many, what is missing."""
        _exigir(request, "orcamentos.view_orcamento")
        empresa = empresa_do_pedido(request)
        contexto = {
            **self.admin_site.each_context(request),
            "title": "Numeração dos orçamentos",
            "series": selectors.series_resumo(empresa=empresa),
            "irregularidades": selectors.irregularidades(empresa=empresa),
        }
        return render(request, "orcamentos/admin/numeracao.html", contexto)


def botao(obj: Orcamento, nome: str) -> dict[str, Any]:
    """Describe one button for the template."""
    rotulo, icone = ROTULOS[nome]
    return {
        "nome": nome,
        "rotulo": rotulo,
        "icone": icone,
        "principal": nome in ("enviar", "aprovar"),
        "pergunta": PERGUNTAS.get(nome, ""),
        "url": reverse("admin:orcamentos_acao", args=[obj.pk, nome]),
    }


def historia(obj: Orcamento) -> list[RegistroAuditoria]:
    """Return what happened to the quote, newest first, each with words for its action."""
    registros = list(historico_de(empresa=obj.empresa, objeto=obj)[:50])
    for registro in registros:
        registro.rotulo = HISTORIA.get(registro.acao, registro.acao)  # type: ignore[attr-defined]
    return registros


def com_o_lugar(erro: ErroDeValidacao) -> ErroDeValidacao:
    """Return an error about lines as one the form shows on top, each reason with the line it is about."""
    todos = erro.erros if isinstance(erro, ErrosDeValidacao) else [erro]
    if not any((um.field or "").startswith("itens") for um in todos):
        return erro
    return ErroDeValidacao(erro.code, " ".join(_onde(um.field) + um.detail for um in todos))


def _exigir(request: HttpRequest, permissao: str) -> None:
    if not request.user.has_perm(permissao):
        raise PermissionDenied


def _onde(campo: str | None) -> str:
    partes = (campo or "").split(".")
    if len(partes) == 3 and partes[0] == "itens":
        return f"Item {int(partes[1]) + 1}, {DO_ITEM.get(partes[2], partes[2])}: "
    return ""


def _argumentos(nome: str, request: HttpRequest) -> dict[str, Any]:
    versao = request.POST.get("versao", "")
    argumentos: dict[str, Any] = {"versao": int(versao) if versao.isascii() and versao.isdigit() else 0}
    if nome == "aprovar" and request.POST.get("data_entrega"):
        argumentos["data_entrega"] = data_lida(request.POST["data_entrega"], campo="data_entrega")
    if nome in ("recusar", "cancelar"):
        argumentos["motivo"] = request.POST.get("motivo", "")
    return argumentos
