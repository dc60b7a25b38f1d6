from django.apps import AppConfig


class NucleoConfig(AppConfig):
    name = "nucleo"
    verbose_name = "Empresa e acesso"

    def ready(self) -> None:
        from nucleo import escopo
        from nucleo.admin import cabecalhos

        escopo.instalar()
        cabecalhos.instalar()
