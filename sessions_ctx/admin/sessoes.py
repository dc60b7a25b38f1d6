"""Who is working in one's own company right now, and how to end a session."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from nucleo.admin import SomenteLeitura, ator_do_pedido
from nucleo.admin.colunas import etiqueta_html, momento
from nucleo.palavras import aparelho
from sessions_ctx.models import SessionContext
from sessions_ctx.services import sessao_da_empresa_encerrar


@admin.register(SessionContext)
class SessionContextAdmin(SomenteLeitura):
    list_display = (
        "usuario",
        "perfil_ativo",
        "uso",
        "expira",
        "estado",
        "endereco",
        "aparelho",
    )
    list_filter = ("ativo",)
    list_select_related = ("usuario", "perfil_ativo")
    fields = (
        "usuario",
        "perfil_ativo",
        "data_criacao",
        "uso",
        "expira",
        "estado",
        "endereco",
        "aparelho",
    )
    actions = ("encerrar",)
    uso = momento("ultimo_uso", "último uso")
    expira = momento("data_expiracao", "expira em")

    @admin.display(description="situação", ordering="ativo")
    def estado(self, obj: SessionContext) -> SafeString:
        """Open, or how it ended."""
        return etiqueta_html("aberta", "success") if obj.ativo else etiqueta_html(obj.get_fim_display())

    @admin.display(description="aparelho", ordering="navegador")
    def aparelho(self, obj: SessionContext) -> str:
        return aparelho(obj.navegador)

    def has_encerrar_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sessions_ctx.change_sessioncontext")

    @admin.action(description="Encerrar a sessão", permissions=["encerrar"])
    def encerrar(self, request: HttpRequest, queryset: QuerySet[SessionContext]) -> None:
        for contexto in queryset.filter(ativo=True).select_related("usuario"):
            self.executar(
                request,
                sessao_da_empresa_encerrar,
                f"A sessão de {contexto.usuario} foi encerrada.",
                contexto=contexto,
                ator=ator_do_pedido(request),
            )
