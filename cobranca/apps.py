from django.apps import AppConfig


class CobrancaConfig(AppConfig):
    name = "cobranca"
    verbose_name = "Cobrança"

    def ready(self) -> None:
        from cobranca import handlers

        handlers.conectar()
