from django.apps import AppConfig


class EstoqueConfig(AppConfig):
    name = "estoque"
    verbose_name = "Estoque"

    def ready(self) -> None:
        from estoque import handlers

        handlers.conectar()
