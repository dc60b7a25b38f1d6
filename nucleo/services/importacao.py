"""What the imports of all apps have in common: finding the one of a file, and keeping its position."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from nucleo.ator import Ator
from nucleo.errors import Conflito
from nucleo.escopo import escopo, visao_do_dono
from nucleo.importacao import Progresso, chave_do_arquivo
from nucleo.locks import importacao_travar
from nucleo.models import Empresa, ImportacaoDeArquivo, ImportacaoDoEscritorio
from nucleo.planilhas import ErroDeLinha, contar_linhas

EM_CURSO: Final = "importacao_em_curso"

Uma = TypeVar("Uma", bound=ImportacaoDeArquivo)
Envio = TypeVar("Envio", bound=ImportacaoDoEscritorio)


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


def envio_recebido(
    *, importacoes: "QuerySet[Envio]", empresa: Empresa, ator: Ator, caminho: Path, nome: str, guardar: bool
) -> Envio:
    """Find the import of this very content, or begin one; with `guardar` the file is kept in the row.

    A kept one waits for its confirmation, any other is under way from the start. The caller has checked the
    file's form.
    """
    estados = importacoes.model.Estado
    return importacao_do_arquivo(
        importacoes=importacoes.defer("conteudo"),
        empresa=empresa,
        ator=ator,
        caminho=caminho,
        arquivo=(nome or caminho.name)[:200],
        estado=estados.CONFERIDA if guardar else estados.EM_CURSO,
        total=contar_linhas(caminho),
        conteudo=caminho.read_bytes() if guardar else None,
    )


def envio_confirmar(
    *, importacoes: "QuerySet[Envio]", empresa: Empresa, ator: Ator, importacao_id: int
) -> bool:
    """Let a previewed import run; tell whether it was waiting for that. One statement: one caller can."""
    estados = importacoes.model.Estado
    esperando = importacoes.filter(empresa=empresa, pk=importacao_id, estado=estados.CONFERIDA)
    return bool(esperando.update(estado=estados.EM_CURSO, por=ator.nome[:120]))


def envios_parados(modelo: type[ImportacaoDoEscritorio]) -> list[tuple[int, int]]:
    """Return (empresa, import) of all that are confirmed and not finished: their task may have been lost."""
    with visao_do_dono("importações: encontrar em todas as empresas as que pararam no meio"):
        empresas = list(Empresa.objects.filter(ativa=True))
    parados = []
    for empresa in empresas:
        with escopo(empresa):
            ids = _em_curso(modelo._default_manager.all(), empresa).values_list("pk", flat=True)
            parados += [(empresa.pk, importacao_id) for importacao_id in ids]
    return parados


def envio_rodar(executar: Callable[..., object], *, empresa_id: int, importacao_id: int) -> None:
    """Run a confirmed import in its empresa's scope; whoever finds another worker at it has nothing to do."""
    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        try:
            executar(empresa=empresa, importacao_id=importacao_id)
        except Conflito as exc:
            if exc.code != EM_CURSO:
                raise


@contextmanager
def envio_em_arquivo(
    *, importacoes: "QuerySet[Envio]", empresa: Empresa, importacao_id: int
) -> Iterator[tuple[Envio, Path] | None]:
    """Lay the kept file of a confirmed import down for a run; None where there is nothing to do."""
    importacao = _em_curso(importacoes, empresa).filter(pk=importacao_id).first()
    if importacao is None or importacao.conteudo is None:
        yield None
        return
    with NamedTemporaryFile(suffix=Path(importacao.arquivo).suffix) as arquivo:
        arquivo.write(bytes(importacao.conteudo))
        arquivo.flush()
        yield importacao, Path(arquivo.name)


def erros_guardar(erros: Sequence[ErroDeLinha], *, modelo: Any, importacao: ImportacaoDeArquivo) -> None:
    """Keep refused rows for the office to download, inside the transaction of their block."""
    modelo._default_manager.bulk_create(
        modelo(
            empresa_id=importacao.empresa_id,
            importacao_id=importacao.pk,
            linha=erro.linha,
            campo=erro.campo[:60],
            codigo=erro.codigo[:60],
            motivo=erro.motivo[:400],
        )
        for erro in erros
    )


def _em_curso(importacoes: "QuerySet[Envio]", empresa: Empresa) -> "QuerySet[Envio]":
    return importacoes.filter(
        empresa=empresa, estado=importacoes.model.Estado.EM_CURSO, conteudo__isnull=False
    )


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
                raise Conflito(EM_CURSO, "Outro processo está importando este arquivo.", field="arquivo")
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
