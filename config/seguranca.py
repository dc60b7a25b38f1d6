"""Headers that keep a page to itself: nothing is loaded from, or sent to, another host."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Alpine, which the theme is built on, evaluates the expressions in its attributes: 'unsafe-eval'. Inline
# scripts stay forbidden. Styles are inline where the theme and the empresa's colour need them.
_ESCRITORIO = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# Programs get JSON and files: a browser that opens one of them may run nothing.
_API = {"default-src": "'none'", "frame-ancestors": "'none'"}
_PERMISSOES = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"


def _texto(politica: dict[str, str]) -> str:
    return "; ".join(f"{nome} {valor}" for nome, valor in politica.items())


class SegurancaMiddleware:
    """Content-Security-Policy and the headers that Django's own middleware does not set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        resposta = self.get_response(request)
        politica = _API if request.path.startswith("/api/v1/") else _ESCRITORIO
        resposta.headers.setdefault("Content-Security-Policy", _texto(politica))
        resposta.headers.setdefault("Permissions-Policy", _PERMISSOES)
        resposta.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return resposta
