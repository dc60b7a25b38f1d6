"""How the office looks: the theme's settings. Nothing here asks another host for anything."""

from typing import Any

from django.urls import reverse_lazy

# Teal, from Tailwind's own scale; dark text on light and light on dark keep a contrast above 4.5.
_PRIMARIA = {
    "50": "oklch(98.4% .014 180.72)",
    "100": "oklch(95.3% .051 180.801)",
    "200": "oklch(91% .096 180.426)",
    "300": "oklch(85.5% .138 181.071)",
    "400": "oklch(77.7% .152 181.912)",
    "500": "oklch(70.4% .14 182.503)",
    "600": "oklch(51.1% .096 186.391)",
    "700": "oklch(43.7% .078 188.216)",
    "800": "oklch(38.6% .063 188.416)",
    "900": "oklch(32% .05 190)",
    "950": "oklch(27.7% .046 192.524)",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Backoffice",
    "SITE_HEADER": "Backoffice",
    "SITE_URL": None,
    "SITE_SYMBOL": "storefront",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.menu.favicon"}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": _PRIMARIA},
    "ENVIRONMENT": "config.menu.etiqueta_do_ambiente",
    "DASHBOARD_CALLBACK": "config.painel.painel",
    "STYLES": ["config.menu.folha_de_estilo", "sessions_ctx.admin.aparencia.folha_de_estilo"],
    "SCRIPTS": ["config.menu.confirmacao"],
    "ACCOUNT": {
        "navigation": [
            {"title": "Minhas sessões", "link": reverse_lazy("contexto:minhas-sessoes")},
            {"title": "Alterar a senha", "link": reverse_lazy("admin:password_change")},
        ]
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "config.menu.navegacao",
    },
}
