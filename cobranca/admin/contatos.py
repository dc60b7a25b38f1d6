from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from cobranca.admin.acoes import Acao, ComAcoes
from cobranca.models import Contato
from cobranca.selectors.busca import contatos_buscados
from cobranca.services.contatos import optout_desfazer, optout_registrar
from nucleo.admin.base import SomenteLeitura
from nucleo.admin.colunas import etiqueta_html, momento, telefone


def _parar(*, empresa: Any, ator: Any, obj: Contato) -> str:
    motivo = f"Pedido registrado por {ator.nome}."
    optout_registrar(empresa=empresa, ator=ator, chave_fone=obj.chave_fone, motivo=motivo)
    return "Este contato não recebe mais mensagens."


def _retomar(*, empresa: Any, ator: Any, obj: Contato) -> str:
    optout_desfazer(empresa=empresa, ator=ator, contato=obj, motivo="Pedido do contato.")
    return "O contato volta a poder receber mensagens de novos ciclos."


@admin.register(Contato)
class ContatoAdmin(ComAcoes, SomenteLeitura):
    """Who is reminded, and who asked not to be."""

    acoes = {
        "parar": Acao(
            "Parar de enviar",
            _parar,
            "notifications_off",
            pergunta="Parar de enviar a este contato? O que ainda não saiu, de todos os ciclos, não sairá.",
        ),
        "retomar": Acao("Desfazer a parada", _retomar, "notifications_active"),
    }
    list_display = ("nome", "fone", "codigo_cliente", "recebe", "parada", "optout_motivo")
    list_filter = (("optout_em", admin.EmptyFieldListFilter),)
    search_fields = ("nome",)
    search_help_text = "Nome, telefone ou código do cliente"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("nome", ("fone", "whatsapp"), "codigo_cliente")}),
        ("Envio", {"fields": (("recebe", "parada"), "optout_motivo")}),
        ("Datas", {"fields": (("criado", "atualizado"),)}),
    )
    fone = telefone("telefone")
    parada = momento("optout_em", "pediu para parar em")
    criado = momento("criado_em", "criado em")
    atualizado = momento("atualizado_em", "atualizado em")

    @admin.display(description="envio", ordering="optout_em")
    def recebe(self, obj: Contato) -> SafeString:
        parou = obj.optout_em is not None
        return etiqueta_html("não enviar", "danger") if parou else etiqueta_html("recebe", "success")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contato], search_term: str
    ) -> tuple[QuerySet[Contato], bool]:
        return (contatos_buscados(queryset, search_term) if search_term.strip() else queryset), False

    def acoes_de(self, obj: Contato) -> list[str]:
        return ["parar" if obj.optout_em is None else "retomar"]
