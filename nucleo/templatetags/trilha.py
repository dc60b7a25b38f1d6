"""The audit trail's words, for templates."""

from django import template

from nucleo.palavras import aparelho, de_para, detalhe_em_linhas

register = template.Library()
register.filter("aparelho", aparelho)
register.filter("de_para", de_para)
register.filter("detalhe_em_linhas", detalhe_em_linhas)
