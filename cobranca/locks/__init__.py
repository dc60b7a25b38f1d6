"""Every row lock of billing. The one order: creation of ciclos, contatos by id, ciclo, messages by id.

Payment, cancelling, opt-out and the claim all take the ciclo before a message; without that payment and
record wait for each other.
"""

from cobranca.locks.fila import mensagem_a_enviar, mensagens_adiante
from cobranca.locks.linhas import (
    REMETENTE,
    ForaDeTransacao,
    ciclos,
    contatos,
    criacao_de_ciclos,
    evento_a_processar,
    mensagem_com_ciclo,
    mensagens,
    vez_do_remetente,
)

__all__ = [
    "REMETENTE",
    "ForaDeTransacao",
    "ciclos",
    "contatos",
    "criacao_de_ciclos",
    "evento_a_processar",
    "mensagem_a_enviar",
    "mensagem_com_ciclo",
    "mensagens",
    "mensagens_adiante",
    "vez_do_remetente",
]
