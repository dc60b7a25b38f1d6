from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from cobranca.admin.acoes import Acao, ComAcoes
from cobranca.admin.cores import resultado_da_tentativa, situacao_da_mensagem
from cobranca.models import EventoRecebido, Mensagem, Tentativa
from cobranca.selectors.busca import mensagens_buscadas
from cobranca.services.decisoes import mensagem_decidir
from cobranca.services.recuperacao import mensagem_procurar
from nucleo.admin.base import SomenteLeitura
from nucleo.admin.colunas import VAZIO, momento, telefone

_FRASES = {
    "reenviar": "A mensagem voltou à fila.",
    "foi_enviada": "A mensagem consta como enviada.",
    "desistir": "A mensagem não será enviada.",
}
# The gateway's own words, for people.
_EVENTOS = {
    "send.message": "envio confirmado",
    "messages.update": "recibo",
    "messages.upsert": "mensagem do contato",
    "connection.update": "conexão",
    "qrcode.updated": "código de conexão",
}
_RESULTADOS = {"read": "lida", "delivered": "entregue", "sent": "enviada", "failed": "falhou"}


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
    hide_title = True
    fields = ("quando", "como", "instancia", "detalhe")
    readonly_fields = fields
    quando = momento("em", "quando")
    como = resultado_da_tentativa

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Mensagem)
class MensagemAdmin(ComAcoes, SomenteLeitura):
    """Every message with its reason; a held one with the buttons that decide about it."""

    acoes = {
        "conferir": Acao("Conferir no gateway", _conferir, "search"),
        "foi_enviada": Acao("Já foi enviada", partial(_decidir, "foi_enviada"), "done_all", forte=True),
        "reenviar": Acao(
            "Enviar de novo",
            partial(_decidir, "reenviar"),
            "send",
            pergunta="Enviar de novo? Se a primeira tiver chegado, o contato receberá duas iguais.",
        ),
        "desistir": Acao(
            "Desistir", partial(_decidir, "desistir"), "block", pergunta="Desistir desta mensagem?"
        ),
    }
    list_display = ("ciclo", "contato", "passo_", "situacao", "sai", "enviada", "txt_erro")
    list_filter = ("status", "tipo", "agendada_para", "enviada_em")
    list_select_related = ("ciclo__contato",)
    search_fields = ("ciclo__external_billing_id",)
    search_help_text = "Cobrança, ou o contato: nome, telefone ou código do cliente"
    inlines = (HistoricoInline,)
    fieldsets = (
        (None, {"fields": (("ciclo", "contato"), ("tipo", "passo_"), "situacao", "txt_erro", "aviso")}),
        ("Texto", {"fields": ("txt_texto",)}),
        ("Quando", {"fields": (("planejada", "sai"), ("enviada", "entregue"), ("lida", "ensaiada"))}),
        ("Por onde", {"fields": (("fone", "numero_usado"), ("instancia", "provider_id"), "num_tentativas")}),
    )
    situacao = situacao_da_mensagem
    planejada = momento("planejada_para", "planejada para")
    sai = momento("agendada_para", "sai a partir de")
    enviada = momento("enviada_em", "enviada em")
    entregue = momento("entregue_em", "entregue em")
    lida = momento("lida_em", "lida em")
    ensaiada = momento("ensaiada_em", "ensaiada em")
    fone = telefone("numero", "número")

    @admin.display(description="contato")
    def contato(self, obj: Mensagem) -> str:
        return obj.ciclo.contato.nome

    @admin.display(description="passo", ordering="passo")
    def passo_(self, obj: Mensagem) -> str:
        return obj.passo_em_palavras

    @admin.display(description="tentativas", ordering="tentativas")
    def num_tentativas(self, obj: Mensagem) -> int:
        return obj.tentativas

    @admin.display(description="motivo")
    def txt_erro(self, obj: Mensagem) -> str:
        return obj.erro or VAZIO

    @admin.display(description="texto")
    def txt_texto(self, obj: Mensagem) -> SafeString | str:
        if not obj.texto:
            return "O texto é montado na hora do envio, com os dados do momento."
        return format_html('<div class="texto-da-mensagem">{}</div>', obj.texto)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Mensagem], search_term: str
    ) -> tuple[QuerySet[Mensagem], bool]:
        return (mensagens_buscadas(queryset, search_term) if search_term.strip() else queryset), False

    def acoes_de(self, obj: Mensagem) -> list[str]:
        return list(self.acoes) if obj.status == Mensagem.Status.SEGURA else []

    def contexto_extra(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        if obj is None or obj.status != Mensagem.Status.SEGURA:
            return {}
        return {
            "explicacao": f"Esta mensagem espera uma decisão. {obj.erro} Confira no WhatsApp se ela chegou"
            " e escolha o que fazer."
        }


@admin.register(EventoRecebido)
class EventoRecebidoAdmin(SomenteLeitura):
    """The webhook inbox."""

    list_display = ("o_que", "instancia", "recebido", "processado", "txt_resultado")
    list_filter = ("evento", "recebido_em", ("processado_em", admin.EmptyFieldListFilter))
    list_select_related = ("instancia",)
    fields = ("o_que", "instancia", "recebido", "processado", "tentativas", "txt_resultado", "dados")
    recebido = momento("recebido_em", "recebido em")
    processado = momento("processado_em", "processado em")

    @admin.display(description="evento", ordering="evento")
    def o_que(self, obj: EventoRecebido) -> str:
        return _EVENTOS.get(obj.evento, obj.evento)

    @admin.display(description="resultado")
    def txt_resultado(self, obj: EventoRecebido) -> str:
        return _RESULTADOS.get(obj.resultado, obj.resultado) or VAZIO
