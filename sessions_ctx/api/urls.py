from django.urls import path

from sessions_ctx.api import views

app_name = "sessao"

urlpatterns = [
    path("perfis/", views.PerfisView.as_view(), name="perfis"),
    path("contexto/", views.ContextoView.as_view(), name="contexto"),
    path("entrar/", views.EntrarView.as_view(), name="entrar"),
    path("sair/", views.SairView.as_view(), name="sair"),
]
