"""What a Portuguese page may not contain: words of English, and Portuguese words that lost their accents."""

import re
from pathlib import Path

_LISTA = (Path(__file__).parent / "palavras.txt").read_text(encoding="utf-8")
_PROIBIDAS = {
    palavra for linha in _LISTA.splitlines() if not linha.startswith("#") for palavra in linha.split()
}
_PALAVRA = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# An address, a template's field, a name of the API or of a file is not prose.
_CODIGO = re.compile(r"\S*[_/@{}]\S*|\S+\.\S+|`[^`]*`|\{\{?[^}]*\}\}?")


def palavras_estranhas(texto: str) -> set[str]:
    """Return the words of `texto` that do not belong on a Portuguese page."""
    prosa = _CODIGO.sub(" ", texto)
    # GO and TO are states.
    palavras = {p.lower() for p in _PALAVRA.findall(prosa) if not (len(p) == 2 and p.isupper())}
    return palavras & _PROIBIDAS
