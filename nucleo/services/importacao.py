"""What the imports of all apps have in common: finding the one of a file, and keeping its position."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from nucleo.ator import Ator
from nucleo.errors import Conflito
from nucleo.importacao import Progresso, chave_do_arquivo
from nucleo.locks import importacao_travar
from nucleo.models import Empresa, ImportacaoDeArquivo

Uma = TypeVar("Uma", bound=ImportacaoDeArquivo)


def importacao_do_arquivo(
    *, importacoes: "QuerySet[Uma]", empresa: Empresa, ator: Ator, caminho: Path, **novos: Any
) -> Uma:
    """Find the import of this very content, or begin one (with the columns `novos`).

    The same file goes on where it stopped, a corrected one starts anew. The caller has checked its form.
    """
    padroes = {"arquivo": caminho.name[:200], "por": ator.nome[:120], **novos}
    importacao, _ = importacoes.get_or_create(
        empresa=empresa, chave=chave_do_arquivo(caminho), defaults=padroes
    )
    return importacao


def progresso_da(importacao: ImportacaoDeArquivo) -> Progresso:
    """How far the import is, the runs before this one included."""
    return Progresso(importacao.ate_linha, importacao.lidas, importacao.gravadas, importacao.com_erro)


class Execucao:
    """One run over one import: the transactions of its blocks, and the position they move."""

    def __init__(self, importacao: ImportacaoDeArquivo) -> None:
        self.importacao = importacao
        self.progresso = progresso_da(importacao)

    @contextmanager
    def transacao(self) -> Iterator[None]:
        """A block's transaction; it holds the import. Raises Conflito `importacao_em_curso`.

        Two runs of one file cannot mix: the second finds the position moved and stops.
        """
        with transaction.atomic():
            if importacao_travar(importacao=self.importacao) != self.progresso.ate_linha:
                raise Conflito(
                    "importacao_em_curso", "Outro processo está importando este arquivo.", field="arquivo"
                )
            yield

    def gravar_posicao(self, progresso: Progresso) -> None:
        """Move the position, inside the transaction of the block behind it."""
        self._linhas().update(**asdict(progresso))
        self.progresso = progresso

    def concluir(self, **mudancas: Any) -> None:
        """Mark the import as finished, once. `mudancas`: columns of the app's own."""
        self._linhas().filter(concluida_em=None).update(concluida_em=timezone.now(), **mudancas)

    def _linhas(self) -> "QuerySet[ImportacaoDeArquivo]":
        modelo = type(self.importacao)
        return modelo._default_manager.filter(empresa=self.importacao.empresa_id, pk=self.importacao.pk)
