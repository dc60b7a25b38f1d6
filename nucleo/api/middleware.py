"""An API key names its empresa before the view runs, so the whole view works inside its scope."""

from collections.abc import Callable, Iterator
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse

from nucleo.api.problemas import problema_http
from nucleo.ator import Ator
from nucleo.escopo import escopo, iterar_no_escopo
from nucleo.pedido import Pedido, endereco_do_pedido
from nucleo.selectors import chave_em_uso
from nucleo.services.chaves import chave_autenticar

ESQUEMA = "Api-Key "


class ChaveApiMiddleware:
    """Resolve `Authorization: Api-Key` into `request.chave_api`, `request.empresa`, `request.ator`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Pedido) -> HttpResponseBase:
        request.chave_api = None
        request.empresa = None
        request.ator = None
        cabecalho = request.headers.get("Authorization", "")
        if not request.path.startswith("/api/") or not cabecalho.startswith(ESQUEMA):
            return self.get_response(request)
        achado = chave_autenticar(cabecalho[len(ESQUEMA) :].strip())
        return self._na_empresa(request, *achado) if achado else _nao_autenticado()

    def _na_empresa(self, request: Pedido, empresa_id: int, chave_id: int) -> HttpResponseBase:
        with escopo(empresa_id):
            chave = chave_em_uso(chave_id)
            if chave is None:
                return _nao_autenticado()
            request.chave_api, request.empresa = chave, chave.empresa
            request.ator = Ator(f"API: {chave.nome}", endereco=endereco_do_pedido(request))
            resposta = self.get_response(request)
            return manter_no_escopo(resposta)


def _nao_autenticado() -> HttpResponseBase:
    resposta = problema_http(401, "nao_autenticado", "Chave de API ausente, inválida ou revogada.")
    resposta["WWW-Authenticate"] = ESQUEMA.strip()
    return resposta


def manter_no_escopo(resposta: HttpResponseBase) -> HttpResponseBase:
    """A streaming body is produced after the scope was left: wrap it so that it re-enters."""
    # A plain file reads nothing from the database, and wrapped it would lose the server's sendfile.
    if isinstance(resposta, StreamingHttpResponse) and getattr(resposta, "file_to_stream", None) is None:
        partes = cast("Iterator[bytes]", resposta.streaming_content)
        resposta.streaming_content = iterar_no_escopo(partes)
    return resposta
