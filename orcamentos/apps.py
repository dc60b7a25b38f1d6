from django.apps import AppConfig


class OrcamentosConfig(AppConfig):
    name = "orcamentos"
    verbose_name = "Orçamentos"
