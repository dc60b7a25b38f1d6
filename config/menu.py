"""The sidebar: every office page a person may open, grouped by domain, in the order of the work."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse


@dataclass(frozen=True)
class Item:
    """A model's list: `app.Modelo`, an icon, and a title where the model's own plural is not the best."""

    modelo: str
    icone: str
    titulo: str = ""
    # Another page of the same model, by its address' name.
    pagina: str = ""


MENU: dict[str, list[Item]] = {
    "Clientes": [
        Item("clientes.Cliente", "groups"),
        Item("clientes.ImportacaoDeClientes", "upload_file", "Importações"),
        Item("clientes.Municipio", "map"),
    ],
    "Vendas": [
        Item("orcamentos.Orcamento", "request_quote"),
        Item("orcamentos.ImportacaoDeOrcamentos", "upload_file", "Importações"),
    ],
    "Estoque": [
        Item("estoque.Produto", "inventory_2"),
        Item("estoque.Produto", "production_quantity_limits", "O que vai faltar", "estoque_rupturas"),
        Item("estoque.MovimentacaoEstoque", "swap_vert"),
        Item("estoque.CarteiraPrincipal", "shopping_cart", "Carteira de pedidos"),
        Item("estoque.PreSeparacaoItem", "playlist_add_check"),
        Item("estoque.Separacao", "conveyor_belt"),
        Item("estoque.ProgramacaoProducao", "precision_manufacturing", "Programação de produção"),
        Item("estoque.ConfiguracaoEstoque", "tune", "Configuração"),
    ],
    "Cobrança": [
        Item("cobranca.Ciclo", "event_repeat"),
        Item("cobranca.Mensagem", "chat"),
        Item("cobranca.Contato", "contact_phone"),
        Item("cobranca.Regua", "linear_scale"),
        Item("cobranca.Template", "description"),
        Item("cobranca.Instancia", "smartphone"),
        Item("cobranca.Horario", "schedule"),
        Item("cobranca.Feriado", "event_busy"),
        Item("cobranca.EventoRecebido", "inbox"),
        Item("cobranca.ConfiguracaoCobranca", "tune", "Configuração"),
    ],
    "Empresa": [
        Item("nucleo.Alerta", "notifications"),
        Item("nucleo.Empresa", "storefront", "Dados da empresa"),
        Item("nucleo.Vinculo", "badge", "Pessoas e perfis"),
        Item("nucleo.Perfil", "admin_panel_settings", "Perfis e permissões"),
        Item("nucleo.Usuario", "person", "Contas"),
        Item("nucleo.ChaveApi", "key"),
        Item("sessions_ctx.SessionContext", "devices", "Sessões abertas"),
        Item("nucleo.RegistroAuditoria", "history", "Trilha de auditoria"),
    ],
}


_ITENS = [item for itens in MENU.values() for item in itens]


def navegacao(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the theme's navigation, with what the active perfil may see and nothing else."""
    grupos: list[dict[str, Any]] = [{"title": None, "items": [_painel(request)]}]
    for titulo, itens in MENU.items():
        visiveis = [ligacao for item in itens if (ligacao := _ligacao(request, item))]
        if visiveis:
            grupos.append({"title": titulo, "collapsible": False, "items": visiveis})
    return grupos


def _painel(request: HttpRequest) -> dict[str, Any]:
    endereco = reverse("admin:index")
    return {"title": "Painel", "icon": "dashboard", "link": endereco, "active": request.path == endereco}


def _ligacao(request: HttpRequest, item: Item) -> dict[str, Any] | None:
    pagina = next((p for m, p in admin.site._registry.items() if m._meta.label == item.modelo), None)
    if pagina is None or not pagina.has_view_or_change_permission(request):
        return None
    opcoes = pagina.model._meta
    endereco = reverse(f"admin:{item.pagina or f'{opcoes.app_label}_{opcoes.model_name}_changelist'}")
    plural = str(opcoes.verbose_name_plural)
    return {
        "title": item.titulo or plural[:1].upper() + plural[1:],
        "icon": item.icone,
        "link": endereco,
        "active": request.path.startswith(endereco) and endereco == _mais_proximo(request.path),
    }


def _mais_proximo(caminho: str) -> str:
    """Return the longest address of the menu that `caminho` lies under: one item is marked, not two."""
    return max((e for e in _enderecos() if caminho.startswith(e)), key=len, default="")


@cache
def _enderecos() -> tuple[str, ...]:
    listas = (reverse(f"admin:{item.modelo.lower().replace('.', '_')}_changelist") for item in _ITENS)
    return (*listas, *(reverse(f"admin:{item.pagina}") for item in _ITENS if item.pagina))


def etiqueta_do_ambiente(request: HttpRequest) -> list[str] | None:
    """Say on every page that this is not the real thing; production shows nothing."""
    return None if settings.PRODUCAO else ["demonstração", "warning"]


def favicon(request: HttpRequest) -> str:
    return static("config/favicon.svg")


def folha_de_estilo(request: HttpRequest) -> str:
    return static("config/escritorio.css")


def confirmacao(request: HttpRequest) -> str:
    return static("config/confirmar.js")
