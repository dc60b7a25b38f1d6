"""What goes wrong on the way to the gateway, in Portuguese and without a byte of what the server said."""

from __future__ import annotations


class GatewayEmTransacao(RuntimeError):
    """The gateway was called inside an open transaction: a lock would be held for as long as it hangs."""


class ErroDoGateway(Exception):
    """A call other than a send got no usable answer. ``motivo`` may be shown; ``codigo`` is stable."""

    def __init__(self, codigo: str, motivo: str, *, configuracao: bool = False, desconectada: bool = False):
        super().__init__(motivo)
        self.codigo = codigo
        self.motivo = motivo
        self.configuracao = configuracao
        self.desconectada = desconectada
