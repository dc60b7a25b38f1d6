from django.apps import AppConfig


class ClientesConfig(AppConfig):
    name = "clientes"
    verbose_name = "Clientes"

    def ready(self) -> None:
        from clientes import handlers
        from clientes.services.series import SeriesDeClientes
        from nucleo import series

        handlers.conectar(self)
        series.registrar(SeriesDeClientes())
