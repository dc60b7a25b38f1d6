"""All writes of the quotes."""

from orcamentos.services.criacao import orcamento_criar
from orcamentos.services.edicao import orcamento_alterar
from orcamentos.services.entrada import DadosDoItem
from orcamentos.services.transicoes import (
    orcamento_aprovar,
    orcamento_cancelar,
    orcamento_enviar,
    orcamento_recusar,
    orcamento_revisar,
    orcamentos_expirar,
)

__all__ = [
    "DadosDoItem",
    "orcamento_alterar",
    "orcamento_aprovar",
    "orcamento_cancelar",
    "orcamento_criar",
    "orcamento_enviar",
    "orcamento_recusar",
    "orcamento_revisar",
    "orcamentos_expirar",
]
