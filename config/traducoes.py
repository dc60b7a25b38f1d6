"""The office's own catalogue: what the theme leaves in English. No gettext tools needed.

`python -m config.traducoes` writes the `.mo` that Django reads from the `.po` that people edit. The part
of the format used here: comments, `msgctxt`, `msgid`, `msgid_plural`, `msgstr`, `msgstr[n]`, strings over
several lines.
"""

import ast
import struct
from pathlib import Path

PASTA = Path(__file__).resolve().parent / "locale" / "pt_BR" / "LC_MESSAGES"
Catalogo = dict[str, str]


def po_lido(caminho: Path) -> Catalogo:
    """Return the `.po` as gettext keys to gettext values (context and plurals joined by its separators)."""
    catalogo: Catalogo = {}
    for bloco in caminho.read_text(encoding="utf-8").split("\n\n"):
        partes = _partes(bloco)
        if "msgid" in partes:
            chave, valor = _entrada(partes)
            if chave in catalogo:
                raise ValueError(f"Entrada repetida em {caminho.name}: {chave!r}")
            catalogo[chave] = valor
    return catalogo


def _partes(bloco: str) -> dict[str, str]:
    partes: dict[str, str] = {}
    palavra = ""
    for linha in bloco.splitlines():
        if linha.startswith("#") or not linha.strip():
            continue
        if not linha.startswith('"'):
            palavra, _, linha = linha.partition(" ")
            partes[palavra] = ""
        partes[palavra] += ast.literal_eval(linha)
    return partes


def _entrada(partes: dict[str, str]) -> tuple[str, str]:
    chave = partes["msgid"]
    if "msgctxt" in partes:
        chave = f"{partes['msgctxt']}\x04{chave}"
    if "msgid_plural" not in partes:
        return chave, partes["msgstr"]
    formas = [valor for nome, valor in sorted(partes.items()) if nome.startswith("msgstr[")]
    return f"{chave}\x00{partes['msgid_plural']}", "\x00".join(formas)


def mo_montado(catalogo: Catalogo) -> bytes:
    """Return the bytes of the `.mo`: header, two tables of (length, offset), keys, values; keys sorted."""
    pares = sorted((k.encode(), v.encode()) for k, v in catalogo.items() if v)
    inicio = 7 * 4 + 16 * len(pares)
    chaves, valores = b"", b""
    tabela: list[tuple[int, int, int, int]] = []
    for chave, valor in pares:
        tabela.append((len(chave), len(chaves), len(valor), len(valores)))
        chaves += chave + b"\0"
        valores += valor + b"\0"
    cabeca = struct.pack("<7I", 0x950412DE, 0, len(pares), 28, 28 + 8 * len(pares), 0, inicio)
    das_chaves = b"".join(struct.pack("<2I", n, inicio + o) for n, o, _, _ in tabela)
    dos_valores = b"".join(struct.pack("<2I", n, inicio + len(chaves) + o) for _, _, n, o in tabela)
    return cabeca + das_chaves + dos_valores + chaves + valores


def compilar() -> None:
    """Write every `.mo` beside its `.po`."""
    for po in sorted(PASTA.glob("*.po")):
        po.with_suffix(".mo").write_bytes(mo_montado(po_lido(po)))


if __name__ == "__main__":
    compilar()
