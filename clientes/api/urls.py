from django.urls import path

from clientes.api.views import ClientesView, ClienteView

urlpatterns = [
    path("", ClientesView.as_view(), name="clientes"),
    path("<int:pk>/", ClienteView.as_view(), name="cliente"),
]
