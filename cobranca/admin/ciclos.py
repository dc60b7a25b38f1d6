from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from cobranca.admin.acoes import ComAcoes
from cobranca.models import Ciclo, Contato, Mensagem
from cobranca.services import ciclo_cancelar, ciclo_pagar, ciclo_prometer
from cobranca.services.contatos import optout_desfazer, optout_registrar
from nucleo.admin.base import SomenteLeitura
from nucleo.decimais import reais


class MensagensInline(TabularInline):
    """Every message of the ciclo, with its reason."""

    model = Mensagem
    extra = 0
    can_delete = False
    show_change_link = True
    fields = ("passo", "tipo", "status", "agendada_para", "tentativas", "enviada_em", "entregue_em", "erro")
    readonly_fields = fields
    ordering = ("passo", "id")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _pagar(*, empresa: Any, ator: Any, obj: Ciclo) -> str:
    ciclo_pagar(empresa=empresa, ator=ator, external_billing_id=obj.external_billing_id)
    return "Pagamento registrado; nada mais sai deste ciclo."


def _cancelar(*, empresa: Any, ator: Any, obj: Ciclo) -> str:
    ciclo_cancelar(empresa=empresa, ator=ator, external_billing_id=obj.external_billing_id)
    return "Ciclo cancelado; nada mais sai dele."


def _prometer(*, empresa: Any, ator: Any, obj: Ciclo, pagar_ate: str) -> str:
    ciclo = ciclo_prometer(
        empresa=empresa, ator=ator, external_billing_id=obj.external_billing_id, pagar_ate=pagar_ate
    )
    return f"Promessa anotada: nada sai até {ciclo.pausado_ate:%d/%m/%Y}; depois a régua segue sozinha."


@admin.register(Ciclo)
class CicloAdmin(ComAcoes, SomenteLeitura):
    """Charges being followed up, with their messages."""

    acoes = {
        "pagar": ("Registrar pagamento", _pagar),
        "prometer": ("Anotar promessa", _prometer),
        "cancelar": ("Cancelar ciclo", _cancelar),
    }
    perguntas = {"prometer": ("pagar_ate", "date", "Prometeu pagar até")}
    list_display = ("external_billing_id", "contato", "em_reais", "vencimento", "status", "pausado_ate")
    list_filter = ("status", "vencimento")
    list_select_related = ("contato",)
    search_fields = ("external_billing_id__exact",)
    search_help_text = "identificador exato da cobrança"
    inlines = (MensagensInline,)

    @admin.display(description="valor", ordering="valor")
    def em_reais(self, ciclo: Ciclo) -> str:
        return reais(ciclo.valor)

    def acoes_de(self, obj: Ciclo) -> list[str]:
        if obj.status == Ciclo.Status.ATIVO:
            return ["pagar", "prometer", "cancelar"]
        return ["pagar"] if obj.status == Ciclo.Status.CONCLUIDO else []


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

    acoes = {"parar": ("Parar de enviar", _parar), "retomar": ("Desfazer a parada", _retomar)}
    list_display = ("nome", "telefone", "codigo_cliente", "optout_em", "optout_motivo")
    search_fields = ("telefone__exact", "codigo_cliente__exact")
    search_help_text = "telefone (+55...) ou código exato do cliente"
    ordering = ("-id",)

    def acoes_de(self, obj: Contato) -> list[str]:
        return ["parar" if obj.optout_em is None else "retomar"]
