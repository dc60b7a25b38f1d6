"""A company's logo: a small PNG, JPEG or SVG that a printed page can really show."""

import json
from typing import Any, Final

import typst

from nucleo.errors import ErroDeValidacao

# Larger ones would be a photograph, not a logo, and cost more than the whole page.
TAMANHO_MAXIMO: Final = 512 * 1024
CODIGO: Final = "logotipo_invalido"

_DESENHO: Final = b"""
#let logo = json(bytes(sys.inputs.logo))
#set page(width: 60mm, height: 60mm)
#let octetos = if logo.formato == "svg" { bytes(logo.texto) } else { bytes(logo.octetos) }
#image(octetos, format: logo.formato, width: 10mm)
"""


def logotipo_em_dados(conteudo: bytes) -> dict[str, Any] | None:
    """Return the image as the page's template takes it; None for what is no logo."""
    if not conteudo or len(conteudo) > TAMANHO_MAXIMO:
        return None
    for inicio, formato in ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpg")):
        if conteudo.startswith(inicio):
            return {"formato": formato, "octetos": list(conteudo)}
    if b"<svg" in conteudo[:1000]:
        return {"formato": "svg", "texto": conteudo.decode("utf-8", "replace")}
    return None


def logotipo_conferido(conteudo: bytes, *, campo: str | None = "logo") -> bytes:
    """Return the image unchanged after drawing it once; raise `logotipo_invalido` with the reason."""
    if len(conteudo) > TAMANHO_MAXIMO:
        raise _erro(f"O logotipo passa de {TAMANHO_MAXIMO // 1024} KB; reduza a imagem.", campo)
    dados = logotipo_em_dados(conteudo)
    if dados is None:
        raise _erro("O logotipo precisa ser uma imagem PNG, JPEG ou SVG.", campo)
    try:
        typst.compile(_DESENHO, format="pdf", sys_inputs={"logo": json.dumps(dados)})
    except typst.TypstError as erro:
        raise _erro("A imagem está corrompida; abra e salve de novo.", campo) from erro
    return conteudo


def _erro(detalhe: str, campo: str | None) -> ErroDeValidacao:
    return ErroDeValidacao(CODIGO, detalhe, field=campo)
