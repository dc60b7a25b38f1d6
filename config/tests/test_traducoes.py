"""The catalogue that Django reads is the one people edit, and it leaves nothing of the theme in English."""

import re
from pathlib import Path

import pytest
import unfold
from django.utils.translation import gettext, override

from config.traducoes import PASTA, mo_montado, po_lido

RAIZ = PASTA.parents[3]
TEMA = Path(unfold.__file__).parent / "templates"
# Words that are the same in both languages.
IGUAIS = {"Link", "%(class_name)s %(instance)s"}


@pytest.mark.parametrize("po", sorted(PASTA.glob("*.po")), ids=lambda p: p.name)
def test_o_mo_e_o_do_po(po: Path) -> None:
    assert po.with_suffix(".mo").read_bytes() == mo_montado(po_lido(po)), "rode: python -m config.traducoes"


@pytest.mark.parametrize("po", sorted(PASTA.glob("*.po")), ids=lambda p: p.name)
def test_toda_entrada_tem_texto_e_os_mesmos_campos(po: Path) -> None:
    for original, texto in po_lido(po).items():
        assert texto, original
        for singular in original.split("\0"):
            assert set(re.findall(r"%\(\w+\)s|\{\w*\}", singular)) <= set(
                re.findall(r"%\(\w+\)s|\{\w*\}", texto)
            )


def test_uma_entrada_repetida_e_recusada(tmp_path: Path) -> None:
    arquivo = tmp_path / "django.po"
    arquivo.write_text('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="repetida"):
        po_lido(arquivo)


def test_o_tema_nao_deixa_texto_em_ingles() -> None:
    textos = {
        texto
        for pagina in TEMA.rglob("*.html")
        for texto in re.findall(r"""{%\s*trans(?:late)?\s+["'](.+?)["']\s""", pagina.read_text())
    }
    assert len(textos) > 80
    with override("pt-br"):
        assert {texto for texto in textos if gettext(texto) == texto} <= IGUAIS


def test_toda_acao_da_trilha_tem_nome_em_portugues() -> None:
    acoes = {
        acao
        for arquivo in RAIZ.glob("*/services/**/*.py")
        for acao in re.findall(r"""\bacao=["'](\w+)["']""", arquivo.read_text())
    }
    assert len(acoes) > 30
    nomeadas = {chave.removeprefix("ação\x04") for chave in po_lido(PASTA / "django.po")}
    assert acoes - nomeadas == set()
