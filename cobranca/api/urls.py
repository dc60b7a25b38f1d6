from django.urls import URLPattern, URLResolver, path

from cobranca.api import views

# Any identifier a caller invents, slashes too: the action words are looked for first.
_CICLO = "ciclos/<path:external_billing_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("ciclos/", views.Ciclos.as_view(), name="cobranca-ciclos"),
    path("ciclos/lote/", views.CiclosEmLote.as_view(), name="cobranca-ciclos-lote"),
    path(f"{_CICLO}pagar/", views.AcaoDoCiclo.as_view(acao="pagar"), name="cobranca-ciclo-pagar"),
    path(f"{_CICLO}cancelar/", views.AcaoDoCiclo.as_view(acao="cancelar"), name="cobranca-ciclo-cancelar"),
    path(f"{_CICLO}prometer/", views.AcaoDoCiclo.as_view(acao="prometer"), name="cobranca-ciclo-prometer"),
    path(_CICLO, views.CicloUm.as_view(), name="cobranca-ciclo"),
    path("mensagens/", views.Mensagens.as_view(), name="cobranca-mensagens"),
    path("mensagens/<int:mensagem_id>/", views.MensagemUma.as_view(), name="cobranca-mensagem"),
    path("mensagens/<int:mensagem_id>/decidir/", views.Decidir.as_view(), name="cobranca-decidir"),
]
