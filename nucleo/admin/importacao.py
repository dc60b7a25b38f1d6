"""Import in the office: upload, preview, confirm; a worker does the rest and its row shows how far it is."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget

from nucleo.admin.base import AdminDaEmpresa, SomenteLeitura, ator_do_pedido, empresa_do_pedido
from nucleo.errors import ErroDeNegocio
from nucleo.exportacao import COLUNAS_DE_ERRO, exportar_csv
from nucleo.importacao import Progresso
from nucleo.models import ImportacaoDoEscritorio
from nucleo.planilhas import ErroDeLinha
from nucleo.services.importacao import envio_confirmar

if TYPE_CHECKING:
    _Base = AdminDaEmpresa
else:
    _Base = object

# A preview answers within a page's patience; the rows behind it are checked while importing.
LINHAS_CONFERIDAS: Final = 2000
ARQUIVO_MAXIMO: Final = 20 * 1024 * 1024


class FormularioDeArquivo(forms.Form):
    # The theme's script follows every file field of a page, and breaks on one that is not the theme's.
    arquivo = forms.FileField(label="Planilha (CSV ou XLSX)", widget=UnfoldAdminFileFieldWidget())

    def clean_arquivo(self) -> UploadedFile:
        arquivo: UploadedFile = self.cleaned_data["arquivo"]
        if (arquivo.size or 0) > ARQUIVO_MAXIMO:
            raise forms.ValidationError("O arquivo passa de 20 MB; divida-o.")
        return arquivo


class PaginasDeImportacao(_Base):
    """Mixed into the admin of what is imported; it names the import's model, its services and its task."""

    actions_list = ("importar_planilha",)

    importacoes: ClassVar[type[ImportacaoDoEscritorio]]
    # (empresa, caminho, maximo) -> totals and errors, having written nothing
    importacao_conferir: ClassVar[Callable[..., tuple[Progresso, list[ErroDeLinha]]]]
    # (empresa, ator, caminho, nome, guardar) -> the import of this file, found or begun
    importacao_abrir: ClassVar[Callable[..., ImportacaoDoEscritorio]]
    importacao_tarefa: ClassVar[Any]
    importacao_colunas: ClassVar[tuple[str, ...]]
    importacao_dica: ClassVar[str]

    def get_urls(self) -> list[URLPattern]:
        envolver, app = self.admin_site.admin_view, self.opts.app_label
        proprias = [
            path("importar/", envolver(self.importar_view), name=f"{app}_importar"),
            path("importar/<int:pk>/", envolver(self.confirmar_view), name=f"{app}_importar_confirmar"),
        ]
        return proprias + super().get_urls()

    @action(description="Importar planilha", url_path="importar-planilha", permissions=["importar"])
    def importar_planilha(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_importar"))

    def has_importar_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def importar_view(self, request: HttpRequest) -> HttpResponse:
        """Take the file, check its form and its first rows; nothing is imported yet."""
        self._exigir(request)
        formulario = FormularioDeArquivo(request.POST or None, request.FILES or None)
        if request.method == "POST" and formulario.is_valid():
            try:
                return self._previa(request, formulario.cleaned_data["arquivo"])
            except ErroDeNegocio as erro:
                formulario.add_error("arquivo", erro.detail)
        return self._pagina(request, {"formulario": formulario})

    def _previa(self, request: HttpRequest, enviado: UploadedFile) -> HttpResponse:
        empresa = empresa_do_pedido(request)
        with NamedTemporaryFile(suffix=Path(enviado.name or "").suffix) as arquivo:
            for pedaco in enviado.chunks():
                arquivo.write(pedaco)
            arquivo.flush()
            caminho = Path(arquivo.name)
            progresso, erros = self.importacao_conferir(
                empresa=empresa, caminho=caminho, maximo=LINHAS_CONFERIDAS
            )
            importacao = self.importacao_abrir(
                empresa=empresa,
                ator=ator_do_pedido(request),
                caminho=caminho,
                nome=enviado.name or "planilha",
                guardar=True,
            )
        contexto = {
            "importacao": importacao,
            "progresso": progresso,
            "erros": erros[:100],
            "parcial": progresso.lidas < (importacao.total or 0),
            "confirmar_url": reverse(f"admin:{self.opts.app_label}_importar_confirmar", args=[importacao.pk]),
            "importacao_url": self._endereco(importacao.pk),
        }
        return self._pagina(request, contexto)

    def confirmar_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the previewed file run: its row is the order, the task only wakes a worker."""
        self._exigir(request)
        empresa, importacoes = empresa_do_pedido(request), self.importacoes._default_manager
        get_object_or_404(importacoes.only("pk"), pk=pk, empresa=empresa)
        if request.method == "POST":
            with transaction.atomic():
                envio_confirmar(
                    importacoes=importacoes.all(),
                    empresa=empresa,
                    ator=ator_do_pedido(request),
                    importacao_id=pk,
                )
                transaction.on_commit(partial(self.importacao_tarefa.delay, empresa.pk, pk))
            self.message_user(request, "Importação em curso; acompanhe aqui.", messages.SUCCESS)
        return HttpResponseRedirect(self._endereco(pk))

    def _endereco(self, pk: int) -> str:
        nome = self.importacoes._meta.model_name
        return reverse(f"admin:{self.opts.app_label}_{nome}_change", args=[pk])

    def _exigir(self, request: HttpRequest) -> None:
        if not self.has_importar_permission(request):
            raise PermissionDenied("O perfil ativo não permite importar.")

    def _pagina(self, request: HttpRequest, mais: dict[str, Any]) -> HttpResponse:
        contexto = {
            **self.admin_site.each_context(request),
            "title": f"Importar {self.opts.verbose_name_plural}",
            "colunas": self.importacao_colunas,
            "dica": self.importacao_dica,
            **mais,
        }
        return TemplateResponse(request, "admin/importar_planilha.html", contexto)


class ImportacoesAdmin(SomenteLeitura):
    """How far each import is, and what it refused."""

    list_display = (
        "arquivo",
        "estado",
        "total",
        "lidas",
        "gravadas",
        "com_erro",
        "por",
        "criada_em",
        "concluida_em",
    )
    list_filter = ("estado",)
    fields = (
        "arquivo",
        "estado",
        "total",
        "lidas",
        "gravadas",
        "com_erro",
        "ate_linha",
        "por",
        "criada_em",
        "concluida_em",
    )
    actions_detail = ("baixar_erros",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("conteudo")

    @action(description="Baixar os erros", url_path="erros")
    def baixar_erros(self, request: HttpRequest, object_id: int) -> HttpResponse | StreamingHttpResponse:
        """The refused rows as the command writes them: row, field, code, reason."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        importacao = get_object_or_404(self.get_queryset(request), pk=object_id)
        erros = importacao.erros.filter(empresa=empresa_do_pedido(request))
        linhas = erros.order_by("linha", "id").values_list("linha", "campo", "codigo", "motivo")
        resposta = StreamingHttpResponse(exportar_csv(COLUNAS_DE_ERRO, linhas), content_type="text/csv")
        resposta["Content-Disposition"] = 'attachment; filename="erros.csv"'
        return resposta
