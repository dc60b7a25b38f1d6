from django.apps import AppConfig


class SessionsCtxConfig(AppConfig):
    name = "sessions_ctx"
    verbose_name = "Sessões"

    def ready(self) -> None:
        from sessions_ctx import handlers

        handlers.conectar()
