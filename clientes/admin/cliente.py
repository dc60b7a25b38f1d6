from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from clientes.admin.exportacao import exportar_em_csv, exportar_em_xlsx
from clientes.admin.formulario import FormularioDoCliente
from clientes.admin.importar import ImportacaoNoEscritorio
from clientes.models import Cliente
from clientes.selectors import LIMITE_DA_BUSCA, busca_cortada, clientes_buscados
from clientes.services import cliente_atualizar, cliente_criar
from nucleo.admin import AdminDaEmpresa, ator_do_pedido
from nucleo.admin.base import empresa_do_pedido
from nucleo.admin.colunas import etiqueta_html, momento_formatado
from nucleo.documentos import documento_formatado
from nucleo.palavras import detalhe_em_linhas
from nucleo.selectors import historico_de
from nucleo.telefones import telefone_formatado

LINHAS_DO_HISTORICO: Final = 20


@admin.register(Cliente)
class ClienteAdmin(ImportacaoNoEscritorio, AdminDaEmpresa):
    form = FormularioDoCliente
    list_display = ("codigo_cliente", "nome", "nome_fantasia", "documento", "fone", "municipio", "situacao")
    list_display_links = ("codigo_cliente", "nome")
    list_filter = ("ativo", "tipo_pessoa", "municipio__uf")
    list_select_related = ("municipio",)
    search_fields = ("nome",)
    search_help_text = "Nome, nome fantasia, código, documento ou telefone; sem se preocupar com acentos."
    ordering = ("-id",)
    autocomplete_fields = ("municipio",)
    readonly_fields = ("codigo_cliente", "criado_em", "atualizado_em", "historico")
    actions = (exportar_em_csv, exportar_em_xlsx)
    fieldsets = (
        (None, {"fields": (("codigo_cliente", "ativo"), "nome", "nome_fantasia")}),
        ("Documento", {"fields": (("tipo_pessoa", "cpf_cnpj"), "inscricao_estadual")}),
        (
            "Contato",
            {"fields": (("telefone", "telefone_secundario"), "whatsapp", ("email", "email_financeiro"))},
        ),
        (
            "Endereço",
            {
                "fields": (
                    ("municipio", "cep"),
                    ("logradouro", "numero"),
                    ("complemento", "bairro"),
                    "endereco_entrega",
                )
            },
        ),
        ("Outras informações", {"fields": ("observacoes",)}),
        ("Histórico", {"fields": (("criado_em", "atualizado_em"), "historico")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new customer has no history yet, and its code comes with saving."""
        partes = super().get_fieldsets(request, obj)
        if obj is not None:
            return partes
        return [(None, {"fields": ("outro_cliente", ("nome", "ativo"), "nome_fantasia")}), *partes[1:-1]]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        formulario = super().get_form(request, obj, change=change, **kwargs)
        formulario.empresa = empresa_do_pedido(request)
        return formulario

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A deleted customer would be a gap in the codes: switch it off instead."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        empresa, ator, dados = empresa_do_pedido(request), ator_do_pedido(request), form.dados()
        if change:
            cliente = cliente_atualizar(empresa=empresa, ator=ator, cliente_id=obj.pk, **dados)
        else:
            cliente = cliente_criar(empresa=empresa, ator=ator, **dados)
        obj.__dict__.update(cliente.__dict__)
        # Of a new one the form has asked already.
        for aviso in cliente.avisos if change else ():
            self.message_user(request, f"Confira: {aviso['detail']}", messages.WARNING)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Cliente]", search_term: str
    ) -> tuple[Any, bool]:
        if not search_term.strip():
            return queryset, False
        if busca_cortada(search_term) and "autocomplete" not in request.path:
            aviso = (
                f"A busca encontrou mais de {LIMITE_DA_BUSCA} clientes e mostra só uma parte; detalhe mais."
            )
            self.message_user(request, aviso, messages.WARNING)
        return clientes_buscados(search_term, queryset), False

    @admin.display(description="CPF/CNPJ", ordering="cpf_cnpj")
    def documento(self, cliente: Cliente) -> str:
        return documento_formatado(cliente.cpf_cnpj) or "—"

    @admin.display(description="situação", ordering="ativo")
    def situacao(self, cliente: Cliente) -> SafeString:
        return etiqueta_html("ativo", "success") if cliente.ativo else etiqueta_html("inativo")

    @admin.display(description="telefone")
    def fone(self, cliente: Cliente) -> str:
        return telefone_formatado(cliente.telefone or cliente.whatsapp) or "—"

    @admin.display(description="quem mudou o quê")
    def historico(self, cliente: Cliente) -> SafeString | str:
        """The audit trail's lines about this customer, newest first."""
        registros = historico_de(empresa=cliente.empresa, objeto=cliente)[:LINHAS_DO_HISTORICO]
        linhas = (
            (momento_formatado(r.quando), r.ator, r.nome_da_acao, "; ".join(detalhe_em_linhas(r)))
            for r in registros
        )
        return format_html_join("", "<div>{} · {} · {} {}</div>", linhas) or "Sem mudanças desde a inclusão."
