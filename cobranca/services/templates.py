"""Wordings: checked when saved, and shown with made-up data."""

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction

from cobranca.errors import template_invalido
from cobranca.models import Template, Variacao
from cobranca.services.redacao import VARIAVEIS, VARIAVEL, Livro, Redigida, redigir
from cobranca.services.referencias import referencia_de
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.errors import Conflito, ErroDeValidacao
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar
from nucleo.textos import texto_limpo

TEXTO_MAXIMO: Final = 3000


def texto_validado(texto: object) -> str:
    """Return the cleaned wording; raise ErroDeValidacao `template_invalido` naming the brace or variable."""
    try:
        limpo = texto_limpo(texto, campo="texto", maximo=TEXTO_MAXIMO, obrigatorio=True, linhas=True)
    except ErroDeValidacao as exc:
        raise template_invalido(exc.detail) from exc
    for nome in re.findall(r"\{([^{}]*)\}", limpo):
        if nome not in VARIAVEIS:
            raise template_invalido(f"Variável desconhecida {{{nome}}}. Conhecidas: {', '.join(VARIAVEIS)}.")
    sobra = VARIAVEL.sub("", limpo)
    if "{" in sobra or "}" in sobra:
        raise template_invalido("Chaves só em volta do nome de uma variável, uma por vez.")
    return limpo


def template_salvar(
    *,
    empresa: Empresa,
    ator: Ator,
    nome: str,
    textos: Sequence[str],
    ativo: bool = True,
    template: Template | None = None,
) -> Template:
    """Create a template, or change one, with its active wordings. Audited.

    Wordings left out are switched off, not deleted: sent messages refer to them. Raises ErroDeValidacao
    `template_invalido`, Conflito `template_generico` for switching the generic one off.
    """
    limpos = [texto_validado(texto) for texto in textos]
    if not limpos and (template is None or template.generico):
        raise template_invalido("O modelo precisa de pelo menos uma variação.")
    if template is not None and template.generico and not ativo:
        raise Conflito("template_generico", "O modelo genérico não pode ser desligado.")
    nome = texto_limpo(nome, campo="nome", maximo=60, obrigatorio=True)
    with transaction.atomic():
        template = template or Template(empresa=empresa, versao=0)
        template.nome, template.ativo, template.versao = nome, ativo, template.versao + 1
        template.save()
        _trocar_variacoes(empresa, template, limpos)
        auditar(empresa=empresa, ator=ator, acao="template_salvo", objeto=template, para=nome)
    return template


def _trocar_variacoes(empresa: Empresa, template: Template, textos: Sequence[str]) -> None:
    atuais = {v.texto: v for v in Variacao.objects.filter(empresa=empresa, template=template)}
    Variacao.objects.filter(empresa=empresa, template=template).exclude(texto__in=textos).update(ativa=False)
    Variacao.objects.filter(empresa=empresa, template=template, texto__in=textos).update(ativa=True)
    Variacao.objects.bulk_create(
        Variacao(empresa=empresa, template=template, texto=texto)
        for texto in dict.fromkeys(textos)
        if texto not in atuais
    )


def amostra_de(*, empresa: Empresa, texto: str) -> Redigida:
    """Render a wording with made-up data, to see it before it is used."""
    vencimento = hoje(empresa.fuso) - timedelta(days=3)
    livro = Livro(
        nome="Maria da Silva",
        valor=Decimal("1234.56"),
        vencimento=vencimento,
        hoje=hoje(empresa.fuso),
        empresa=empresa,
        orcamento="ORC-2026-0001",
        referencia=referencia_de(1),
    )
    return redigir(modelo=texto, livro=livro)
