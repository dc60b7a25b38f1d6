from django.apps import AppConfig


class NucleoConfig(AppConfig):
    name = "nucleo"
    verbose_name = "Empresa e acesso"

    def ready(self) -> None:
        from nucleo import escopo

        escopo.instalar()
