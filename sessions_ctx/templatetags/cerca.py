"""`{% csrf_token %}`, extended: every form of the office carries the write fence by construction."""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from sessions_ctx.cerca import CAMPO, marca_do_contexto

register = template.Library()


class CsrfComCerca(CsrfTokenNode):
    """Django's hidden field, and beside it the mark of the context the form is opened under."""

    def render(self, context: Any) -> SafeString:
        campos = mark_safe(super().render(context))  # noqa: S308 - Django's own escaped output
        contexto = getattr(context.get("request"), "contexto", None)
        if contexto is None or not campos:
            return campos
        marca = marca_do_contexto(contexto).texto()
        return campos + format_html('<input type="hidden" name="{}" value="{}">', CAMPO, marca)


@register.tag
def csrf_token(parser: Parser, token: Token) -> CsrfComCerca:
    return CsrfComCerca()
