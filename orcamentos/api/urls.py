from django.urls import URLPattern, URLResolver, path

from orcamentos.api import views

app_name = "orcamentos"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.OrcamentosView.as_view(), name="lista"),
    path("proximo-numero/", views.ProximoNumeroView.as_view(), name="proximo-numero"),
    path("<int:pk>/", views.OrcamentoView.as_view(), name="detalhe"),
    path("<int:pk>/enviar/", views.EnviarView.as_view(), name="enviar"),
    path("<int:pk>/aprovar/", views.AprovarView.as_view(), name="aprovar"),
    path("<int:pk>/recusar/", views.RecusarView.as_view(), name="recusar"),
    path("<int:pk>/cancelar/", views.CancelarView.as_view(), name="cancelar"),
    path("<int:pk>/revisar/", views.RevisarView.as_view(), name="revisar"),
    path("<int:pk>/revisoes/", views.RevisoesView.as_view(), name="revisoes"),
    path("<int:pk>/pdf/", views.PdfView.as_view(), name="pdf"),
]
