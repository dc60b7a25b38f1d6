"""The office's pages of billing."""

from cobranca.admin import ciclos, configuracao, contatos, instancias, ligacoes, mensagens, reguas, templates

__all__ = [
    "ciclos",
    "configuracao",
    "contatos",
    "instancias",
    "ligacoes",
    "mensagens",
    "reguas",
    "templates",
]
