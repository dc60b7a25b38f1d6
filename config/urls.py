"""Every address of the product (contract section 1)."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from cobranca.api import webhook
from config import metricas, saude

urlpatterns = [
    path("", RedirectView.as_view(url="/admin/"), name="raiz"),
    path("favicon.ico", RedirectView.as_view(url="/static/config/favicon.svg"), name="favicon"),
    path("admin/", include("sessions_ctx.admin.urls")),
    # The theme's search keeps answers per person, not per empresa: it stays closed.
    path("admin/search/", RedirectView.as_view(pattern_name="admin:index"), name="sem-busca"),
    path("admin/", admin.site.urls),
    path("api/v1/sessao/", include("sessions_ctx.api.urls")),
    path("api/v1/clientes/", include("clientes.api.urls")),
    path("api/v1/orcamentos/", include("orcamentos.api.urls")),
    path("api/v1/estoque/", include("estoque.api.urls")),
    path("api/v1/cobranca/", include("cobranca.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("webhooks/evolution/<str:codigo>/", webhook.receber, name="webhook-evolution"),
    path("health/live", saude.live, name="health-live"),
    path("health/ready", saude.ready, name="health-ready"),
    path("metrics", metricas.exportar, name="metricas"),
]

handler400 = "config.erros.pedido_invalido"
handler403 = "config.erros.sem_permissao"
handler404 = "config.erros.nao_encontrado"
handler500 = "config.erros.erro_interno"
