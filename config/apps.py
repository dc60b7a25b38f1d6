from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Configuração"

    def ready(self) -> None:
        # shared_task binds to the current app: it must exist before any task is called.
        from config import (
            celery,  # noqa: F401
            contagem,
            esquema,  # noqa: F401
        )

        contagem.conectar()
