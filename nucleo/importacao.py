"""Running a long import in blocks: commit per block, errors per row, and going on where a run stopped.

The runner knows rows, blocks and positions, nothing of what a row means. The caller brings the transaction,
what to do with a block, and a place for the position, which it writes inside the same transaction: so a block
and the position behind it are either both there or both not, whatever kills the process.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from nucleo.planilhas import ErroDeLinha, Linha

TAMANHO_DO_BLOCO: Final = 100


@dataclass(frozen=True, slots=True)
class Progresso:
    """How far an import is: `ate_linha` is the last spreadsheet row that is settled (written or refused)."""

    ate_linha: int = 0
    lidas: int = 0
    gravadas: int = 0
    com_erro: int = 0


def importar_em_blocos(
    linhas: Iterable[Linha],
    *,
    gravar: Callable[[Sequence[Linha]], Sequence[ErroDeLinha]],
    transacao: Callable[[], AbstractContextManager[object]],
    gravar_posicao: Callable[[Progresso], None],
    registrar_erros: Callable[[Sequence[ErroDeLinha]], None],
    ao_progredir: Callable[[Progresso], None] | None = None,
    desde: Progresso | None = None,
    tamanho: int = TAMANHO_DO_BLOCO,
) -> Progresso:
    """Settle all rows behind `desde`, block by block, and return the totals (those of `desde` included).

    Per block, inside one `transacao()`: `gravar` writes the sound rows and returns the errors of those it
    refused, `gravar_posicao` keeps the progress, `registrar_erros` writes the errors out (before the commit:
    lines of a block that never commits lie behind the position and are dropped on resuming). `ao_progredir`
    runs after the commit. What `gravar` raises is not caught: the block is rolled back and the run stops.
    """
    progresso = desde or Progresso()
    for bloco in _blocos(linhas, apos_linha=progresso.ate_linha, tamanho=tamanho):
        with transacao():
            erros = _gravar_bloco(bloco, gravar)
            progresso = _avancado(progresso, bloco, erros)
            gravar_posicao(progresso)
            registrar_erros(erros)
        if ao_progredir is not None:
            ao_progredir(progresso)
    return progresso


def conferir_em_blocos(
    linhas: Iterable[Linha],
    *,
    conferir: Callable[[Sequence[Linha]], Sequence[ErroDeLinha]],
    tamanho: int = TAMANHO_DO_BLOCO,
) -> tuple[Progresso, list[ErroDeLinha]]:
    """Preview: run every block through `conferir`, which writes nothing, and return totals and all errors."""
    progresso, todos = Progresso(), list[ErroDeLinha]()
    for bloco in _blocos(linhas, apos_linha=0, tamanho=tamanho):
        erros = _gravar_bloco(bloco, conferir)
        progresso = _avancado(progresso, bloco, erros)
        todos.extend(erros)
    return progresso, todos


def chave_do_arquivo(caminho: Path) -> str:
    """Return the SHA-256 of the content: the same file goes on, a corrected one starts anew."""
    with caminho.open("rb") as arquivo:
        return hashlib.file_digest(arquivo, "sha256").hexdigest()


def _blocos(linhas: Iterable[Linha], *, apos_linha: int, tamanho: int) -> Iterator[list[Linha]]:
    restantes = (linha for linha in linhas if linha.numero > apos_linha)
    while bloco := list(islice(restantes, tamanho)):
        yield bloco


def _gravar_bloco(
    bloco: Sequence[Linha], gravar: Callable[[Sequence[Linha]], Sequence[ErroDeLinha]]
) -> list[ErroDeLinha]:
    de_leitura = [erro for linha in bloco for erro in linha.erros]
    sadias = [linha for linha in bloco if not linha.erros]
    recusadas = gravar(sadias) if sadias else ()
    return sorted([*de_leitura, *recusadas], key=lambda erro: erro.linha)


def _avancado(progresso: Progresso, bloco: Sequence[Linha], erros: Sequence[ErroDeLinha]) -> Progresso:
    com_erro = len({erro.linha for erro in erros})
    return replace(
        progresso,
        ate_linha=bloco[-1].numero,
        lidas=progresso.lidas + len(bloco),
        gravadas=progresso.gravadas + len(bloco) - com_erro,
        com_erro=progresso.com_erro + com_erro,
    )
