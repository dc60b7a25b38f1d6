from django.apps import AppConfig


class SessionsCtxConfig(AppConfig):
    name = "sessions_ctx"
    verbose_name = "Sessões"
