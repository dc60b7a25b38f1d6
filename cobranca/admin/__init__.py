"""The office's pages of billing."""

from cobranca.admin import ciclos, configuracao, instancias, mensagens, reguas, templates

__all__ = ["ciclos", "configuracao", "instancias", "mensagens", "reguas", "templates"]
