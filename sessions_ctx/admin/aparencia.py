"""What the office's theme is told about the switcher."""

from django.http import HttpRequest
from django.templatetags.static import static


def folha_de_estilo(request: HttpRequest) -> str:
    return static("sessions_ctx/seletor.css")
