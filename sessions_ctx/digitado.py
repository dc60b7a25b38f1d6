"""What a person typed into a form that was refused: carried, in the page itself, until it can be sent again.

Nothing is kept on the server. The text holds the fence's signed mark of the form it came from, so only what
was typed into a form of ours, by this very person, comes back as a form.
"""

from django.http import QueryDict

from nucleo.models import Usuario
from sessions_ctx import cerca
from sessions_ctx.pedido import PedidoDaPessoa

CAMPO = "_digitado"
_SEGREDOS = ("csrfmiddlewaretoken", "senha", "password")


def digitado_no_pedido(request: PedidoDaPessoa) -> str:
    """Return the fields of the form that was sent, as one text without passwords; "" where it is not ours."""
    if cerca.marca_lida(request.POST.get(cerca.CAMPO, "")) is None:
        return ""
    campos = request.POST.copy()
    for nome in [nome for nome in campos if any(segredo in nome.lower() for segredo in _SEGREDOS)]:
        del campos[nome]
    return campos.urlencode()


def digitado_lido(texto: str, usuario: Usuario) -> list[tuple[str, str]]:
    """Return the fields again; none where another person typed them."""
    campos = QueryDict(texto)
    marca = cerca.marca_lida(campos.get(cerca.CAMPO, ""))
    if marca is None or marca.usuario_id != usuario.pk:
        return []
    return [(nome, str(valor)) for nome, valores in campos.lists() for valor in valores]
