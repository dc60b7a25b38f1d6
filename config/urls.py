"""Every address of the product (contract section 1)."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config import saude

urlpatterns = [
    path("", RedirectView.as_view(url="/admin/"), name="raiz"),
    path("admin/", include("sessions_ctx.admin.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/sessao/", include("sessions_ctx.api.urls")),
    path("api/v1/clientes/", include("clientes.api.urls")),
    path("api/v1/orcamentos/", include("orcamentos.api.urls")),
    path("api/v1/estoque/", include("estoque.api.urls")),
    path("api/v1/cobranca/", include("cobranca.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("health/live", saude.live, name="health-live"),
    path("health/ready", saude.ready, name="health-ready"),
    path("", include("django_prometheus.urls")),
]
