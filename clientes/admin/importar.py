"""Import in the office: upload, preview, confirm; a worker does the rest and its row shows how far it is."""

from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.decorators import action

from clientes.models import ErroDaImportacao, ImportacaoDeClientes
from clientes.services.importacao import (
    OPCIONAIS,
    importacao_abrir,
    importacao_conferir,
    importacao_confirmar,
)
from clientes.tasks import importar
from nucleo.admin import AdminDaEmpresa, ator_do_pedido
from nucleo.admin.base import SomenteLeitura, empresa_do_pedido
from nucleo.errors import ErroDeNegocio
from nucleo.exportacao import COLUNAS_DE_ERRO, exportar_csv

if TYPE_CHECKING:
    _Base = AdminDaEmpresa
else:
    _Base = object

# A preview answers within a page's patience; the rows behind it are checked while importing.
LINHAS_CONFERIDAS: Final = 2000
ARQUIVO_MAXIMO: Final = 20 * 1024 * 1024


class FormularioDeArquivo(forms.Form):
    arquivo = forms.FileField(label="Planilha (CSV ou XLSX)")

    def clean_arquivo(self) -> UploadedFile:
        arquivo: UploadedFile = self.cleaned_data["arquivo"]
        if (arquivo.size or 0) > ARQUIVO_MAXIMO:
            raise forms.ValidationError("O arquivo passa de 20 MB; divida-o.")
        return arquivo


class PaginasDeImportacao(_Base):
    """Mixed into the customer's admin."""

    actions_list = ("importar_planilha",)

    def get_urls(self) -> list[URLPattern]:
        envolver = self.admin_site.admin_view
        proprias = [
            path("importar/", envolver(self.importar_view), name="clientes_importar"),
            path("importar/<int:pk>/", envolver(self.confirmar_view), name="clientes_importar_confirmar"),
        ]
        return proprias + super().get_urls()

    @action(description="Importar planilha", url_path="importar-planilha", permissions=["importar"])
    def importar_planilha(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:clientes_importar"))

    def has_importar_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("clientes.add_cliente")

    def importar_view(self, request: HttpRequest) -> HttpResponse:
        """Take the file, check its form and its first rows; nothing is imported yet."""
        self._exigir(request)
        formulario = FormularioDeArquivo(request.POST or None, request.FILES or None)
        if request.method == "POST" and formulario.is_valid():
            try:
                return self._previa(request, formulario.cleaned_data["arquivo"])
            except ErroDeNegocio as erro:
                formulario.add_error("arquivo", erro.detail)
        return self._pagina(request, {"formulario": formulario, "colunas": ["nome", *OPCIONAIS]})

    def _previa(self, request: HttpRequest, enviado: UploadedFile) -> HttpResponse:
        empresa = empresa_do_pedido(request)
        with NamedTemporaryFile(suffix=Path(enviado.name or "").suffix) as arquivo:
            for pedaco in enviado.chunks():
                arquivo.write(pedaco)
            arquivo.flush()
            caminho = Path(arquivo.name)
            progresso, erros = importacao_conferir(empresa=empresa, caminho=caminho, maximo=LINHAS_CONFERIDAS)
            importacao = importacao_abrir(
                empresa=empresa,
                ator=ator_do_pedido(request),
                caminho=caminho,
                nome=enviado.name or "planilha",
                guardar=True,
            )
        contexto = {"importacao": importacao, "progresso": progresso, "erros": erros[:100]}
        return self._pagina(request, contexto | {"parcial": progresso.lidas == LINHAS_CONFERIDAS})

    def confirmar_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the previewed file run: its row is the order, the task only wakes a worker."""
        self._exigir(request)
        empresa = empresa_do_pedido(request)
        get_object_or_404(ImportacaoDeClientes.objects.only("pk"), pk=pk, empresa=empresa)
        if request.method == "POST":
            with transaction.atomic():
                importacao_confirmar(empresa=empresa, ator=ator_do_pedido(request), importacao_id=pk)
                transaction.on_commit(partial(importar.delay, empresa.pk, pk))
            self.message_user(request, "Importação em curso; acompanhe aqui.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:clientes_importacaodeclientes_change", args=[pk]))

    def _exigir(self, request: HttpRequest) -> None:
        if not self.has_importar_permission(request):
            raise PermissionDenied("O perfil ativo não permite importar clientes.")

    def _pagina(self, request: HttpRequest, mais: dict[str, Any]) -> HttpResponse:
        contexto = {**self.admin_site.each_context(request), "title": "Importar clientes", **mais}
        return TemplateResponse(request, "clientes/admin/importar.html", contexto)


@admin.register(ImportacaoDeClientes)
class ImportacaoDeClientesAdmin(SomenteLeitura):
    """How far each import is, and what it refused."""

    list_display = ("arquivo", "estado", "lidas", "gravadas", "com_erro", "por", "criada_em", "concluida_em")
    list_filter = ("estado",)
    fields = (
        "arquivo",
        "estado",
        "ate_linha",
        "lidas",
        "gravadas",
        "com_erro",
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
        erros = ErroDaImportacao.objects.filter(empresa=empresa_do_pedido(request), importacao=importacao)
        linhas = erros.values_list("linha", "campo", "codigo", "motivo")
        resposta = StreamingHttpResponse(exportar_csv(COLUNAS_DE_ERRO, linhas), content_type="text/csv")
        resposta["Content-Disposition"] = 'attachment; filename="erros.csv"'
        return resposta
