"""An address without its final slash."""

from django.http import HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware


class MesmoPedido(HttpResponsePermanentRedirect):
    """308: the client repeats the method and the body. After a 301 it would GET, and a POST be lost."""

    status_code = 308


class EnderecosMiddleware(CommonMiddleware):
    """Django's, sending the request on as it is."""

    response_redirect_class = MesmoPedido
