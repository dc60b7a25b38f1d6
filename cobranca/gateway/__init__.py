"""The HTTP client of the WhatsApp gateway (Evolution API 2.3.6) and what its answers mean.

Plain data in, plain data out: no models, no database, never inside a transaction.
"""

from cobranca.gateway.classificacao import classificar
from cobranca.gateway.cliente import Cliente
from cobranca.gateway.errors import ErroDoGateway, GatewayEmTransacao
from cobranca.gateway.eventos import EventoInvalido, e_pedido_de_saida, ler_evento, sem_segredos
from cobranca.gateway.referencias import contem_referencia
from cobranca.gateway.telefones import formas_do_numero, mesmo_telefone, telefone_do_jid
from cobranca.gateway.tipos import (
    Achada,
    Desfecho,
    EstadoDaInstancia,
    NumeroConsultado,
    RespostaBruta,
    TipoDeDesfecho,
)

__all__ = [
    "Achada",
    "Cliente",
    "Desfecho",
    "ErroDoGateway",
    "EstadoDaInstancia",
    "EventoInvalido",
    "GatewayEmTransacao",
    "NumeroConsultado",
    "RespostaBruta",
    "TipoDeDesfecho",
    "classificar",
    "contem_referencia",
    "e_pedido_de_saida",
    "formas_do_numero",
    "ler_evento",
    "mesmo_telefone",
    "sem_segredos",
    "telefone_do_jid",
]
