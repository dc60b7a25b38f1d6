"""What billing's templates format."""

from django import template

from nucleo.telefones import telefone_formatado

register = template.Library()
register.filter("telefone", telefone_formatado)
