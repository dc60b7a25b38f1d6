from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import TabularInline

from cobranca.admin.acoes import Acao, ComAcoes
from cobranca.admin.cores import situacao_da_mensagem, situacao_do_ciclo
from cobranca.admin.formularios import FormularioDoCiclo
from cobranca.models import Ciclo, Mensagem
from cobranca.selectors.busca import ciclos_buscados
from cobranca.services import ciclo_cancelar, ciclo_criar, ciclo_pagar, ciclo_prometer
from nucleo.admin import ator_do_pedido
from nucleo.admin.base import SomenteLeitura, empresa_do_pedido
from nucleo.admin.colunas import dinheiro, momento
from nucleo.admin.ligacoes import pagina_de
from nucleo.decimais import reais


class MensagensInline(TabularInline):
    """Every message of the ciclo, with its reason."""

    model = Mensagem
    extra = 0
    can_delete = False
    hide_title = True
    fields = ("quando_sai", "tipo", "situacao", "sai", "tentativas", "enviada", "entregue", "erro")
    readonly_fields = fields
    ordering = ("passo", "id")
    situacao = situacao_da_mensagem
    sai = momento("agendada_para", "sai a partir de")
    enviada = momento("enviada_em", "enviada em")
    entregue = momento("entregue_em", "entregue em")

    @admin.display(description="passo")
    def quando_sai(self, obj: Mensagem) -> str:
        return format_html('<a class="ligacao" href="{}">{}</a>', pagina_de(obj), obj.passo_em_palavras)

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
        "pagar": Acao("Registrar pagamento", _pagar, "paid", forte=True),
        "prometer": Acao(
            "Anotar promessa", _prometer, "event_available", data=("pagar_ate", "Prometeu pagar até")
        ),
        "cancelar": Acao(
            "Cancelar ciclo",
            _cancelar,
            "block",
            pergunta="Cancelar este ciclo? As mensagens que ainda não saíram não sairão mais.",
        ),
    }
    list_display = (
        "external_billing_id", "contato", "num_valor", "vencimento", "situacao", "pausado_ate",
    )  # fmt: skip
    list_filter = ("status", "vencimento", "regua")
    list_select_related = ("contato",)
    search_fields = ("external_billing_id",)
    search_help_text = "Identificador, ou o contato: nome, telefone ou código do cliente"
    inlines = (MensagensInline,)
    fieldsets = (
        (None, {"fields": (("external_billing_id", "situacao"), ("contato", "regua"))}),
        (
            "Cobrança",
            {"fields": (("num_valor", "vencimento"), ("pausado_ate", "motivo"), ("criado", "encerrado"))},
        ),
    )
    situacao = situacao_do_ciclo
    num_valor = dinheiro("valor", "valor")
    criado = momento("criado_em", "criado em")
    encerrado = momento("encerrado_em", "encerrado em")

    def acoes_de(self, obj: Ciclo) -> list[str]:
        if obj.status == Ciclo.Status.ATIVO:
            return list(self.acoes)
        return ["pagar"] if obj.status == Ciclo.Status.CONCLUIDO else []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Ciclo], search_term: str
    ) -> tuple[QuerySet[Ciclo], bool]:
        return (ciclos_buscados(queryset, search_term) if search_term.strip() else queryset), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("cobranca.add_ciclo")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else FormularioDoCiclo.PARTES

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = FormularioDoCiclo
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Ciclo, form: Any, change: bool) -> None:
        limpos = form.cleaned_data
        regua = limpos["regua"]
        criado = ciclo_criar(
            empresa=empresa_do_pedido(request),
            ator=ator_do_pedido(request),
            **{campo: limpos[campo] for campo in FormularioDoCiclo.SIMPLES},
            regua=regua.pk if regua else None,
        )
        obj.__dict__.update({k: v for k, v in criado.__dict__.items() if k != "_state"})
        obj._state.adding = False
        self.message_user(request, _aviso_da_criacao(criado))


def _aviso_da_criacao(ciclo: Ciclo) -> str:
    quantas = ciclo.mensagens.filter(status=Mensagem.Status.PENDENTE).count()
    mensagens = "1 mensagem planejada" if quantas == 1 else f"{quantas} mensagens planejadas"
    return f"Cobrança de {reais(ciclo.valor)}: {mensagens}."
