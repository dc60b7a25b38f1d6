from django.apps import AppConfig


class ClientesConfig(AppConfig):
    name = "clientes"
    verbose_name = "Clientes"

    def ready(self) -> None:
        from clientes import handlers

        handlers.conectar(self)
