"""One charge being followed up, its messages, and everything that decides when and how they leave."""

from cobranca.models.ciclo import Ciclo
from cobranca.models.configuracao import ConfiguracaoCobranca, Feriado, Horario
from cobranca.models.contato import Contato
from cobranca.models.evento import EventoRecebido
from cobranca.models.instancia import Instancia
from cobranca.models.mensagem import Mensagem, Tentativa
from cobranca.models.regua import Passo, Regua
from cobranca.models.template import Template, Variacao

__all__ = [
    "Ciclo",
    "ConfiguracaoCobranca",
    "Contato",
    "EventoRecebido",
    "Feriado",
    "Horario",
    "Instancia",
    "Mensagem",
    "Passo",
    "Regua",
    "Template",
    "Tentativa",
    "Variacao",
]
