"""Who is working in one's own company right now, and how to end a session."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from nucleo.admin import SomenteLeitura, ator_do_pedido
from sessions_ctx.models import SessionContext
from sessions_ctx.services import sessao_da_empresa_encerrar


@admin.register(SessionContext)
class SessionContextAdmin(SomenteLeitura):
    list_display = (
        "usuario",
        "perfil_ativo",
        "ultimo_uso",
        "data_expiracao",
        "ativo",
        "endereco",
        "navegador",
    )
    list_filter = ("ativo",)
    list_select_related = ("usuario", "perfil_ativo")
    fields = (
        "usuario",
        "perfil_ativo",
        "data_criacao",
        "ultimo_uso",
        "data_expiracao",
        "ativo",
        "fim",
        "endereco",
        "navegador",
    )
    actions = ("encerrar",)

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
