from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from cobranca.admin.acoes import ComAcoes
from cobranca.models import EventoRecebido, Mensagem, Tentativa
from cobranca.services.decisoes import mensagem_decidir
from cobranca.services.recuperacao import mensagem_procurar
from nucleo.admin.base import SomenteLeitura

_FRASES = {
    "reenviar": "A mensagem voltou à fila.",
    "foi_enviada": "A mensagem consta como enviada.",
    "desistir": "A mensagem não será enviada.",
}


def _decidir(decisao: str, *, empresa: Any, ator: Any, obj: Mensagem) -> str:
    mensagem_decidir(empresa=empresa, ator=ator, mensagem_id=obj.pk, decisao=decisao)
    return _FRASES[decisao]


def _conferir(*, empresa: Any, ator: Any, obj: Mensagem) -> str:
    if mensagem_procurar(empresa=empresa, mensagem=obj):
        return "Achada no gateway: a mensagem tinha saído."
    return "O gateway não tem registro desta mensagem; isso não prova que ela não saiu."


class HistoricoInline(TabularInline):
    """What every attempt came to."""

    model = Tentativa
    extra = 0
    can_delete = False
    fields = ("em", "resultado", "instancia", "detalhe")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Mensagem)
class MensagemAdmin(ComAcoes, SomenteLeitura):
    """Every message with its reason; a held one with the buttons that decide about it."""

    acoes = {
        "conferir": ("Conferir no gateway", _conferir),
        "reenviar": ("Enviar de novo", partial(_decidir, "reenviar")),
        "foi_enviada": ("Já foi enviada", partial(_decidir, "foi_enviada")),
        "desistir": ("Desistir", partial(_decidir, "desistir")),
    }
    list_display = ("ciclo", "passo", "status", "agendada_para", "tentativas", "enviada_em", "erro")
    list_filter = ("status", "tipo", "agendada_para")
    list_select_related = ("ciclo",)
    inlines = (HistoricoInline,)
    fields = (
        ("ciclo", "tipo", "passo"),
        ("status", "erro", "aviso"),
        ("planejada_para", "agendada_para", "tentativas"),
        "texto",
        ("numero", "numero_usado", "instancia", "provider_id"),
        ("enviada_em", "entregue_em", "lida_em", "ensaiada_em"),
    )

    def acoes_de(self, obj: Mensagem) -> list[str]:
        return list(self.acoes) if obj.status == Mensagem.Status.SEGURA else []


@admin.register(EventoRecebido)
class EventoRecebidoAdmin(SomenteLeitura):
    """The webhook inbox."""

    list_display = ("evento", "instancia", "recebido_em", "processado_em", "resultado")
    list_filter = ("evento",)
    list_select_related = ("instancia",)
