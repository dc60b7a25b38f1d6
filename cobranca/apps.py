from django.apps import AppConfig


class CobrancaConfig(AppConfig):
    name = "cobranca"
    verbose_name = "Cobrança"
