from django.urls import path

from clientes.api.views import ClientesView, ClienteView, LoteDeClientesView

urlpatterns = [
    path("", ClientesView.as_view(), name="clientes"),
    path("lote/", LoteDeClientesView.as_view(), name="clientes-lote"),
    path("<int:pk>/", ClienteView.as_view(), name="cliente"),
]
