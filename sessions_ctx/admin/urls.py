"""Mounted under /admin/ before the admin's own addresses, two of which it takes over."""

from django.urls import path

from sessions_ctx.admin import paginas

app_name = "contexto"

urlpatterns = [
    # The addresses of the admin's own login and logout, found first: `admin:login` still names them.
    path("login/", paginas.Entrar.as_view(), name="entrar"),
    path("logout/", paginas.sair, name="sair"),
    path("contexto/", paginas.escolher, name="escolher"),
    path("contexto/trocar/", paginas.trocar, name="trocar"),
    path("contexto/sessoes/", paginas.minhas_sessoes, name="minhas-sessoes"),
    path("contexto/sessoes/encerrar/", paginas.encerrar, name="encerrar"),
]
