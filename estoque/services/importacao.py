"""Movements from a spreadsheet: commit per chunk, an error per bad row, going on where a run stopped."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction

from estoque.locks import travar_linha
from estoque.models import ImportacaoDeMovimentacoes, MovimentacaoEstoque
from estoque.services.lotes import movimentacoes_registrar
from nucleo.ator import Ator
from nucleo.decimais import decimal_brasileiro
from nucleo.errors import Conflito, ErroDeNegocio
from nucleo.importacao import Progresso, chave_do_arquivo, importar_em_blocos
from nucleo.models import Empresa
from nucleo.planilhas import ErroDeLinha, Linha, ler_planilha
from nucleo.textos import chave_de_busca

BLOCO = 500
OBRIGATORIAS = ("cod_produto", "tipo", "quantidade")
OPCIONAIS = ("data", "documento", "observacao")


def importacao_abrir(*, empresa: Empresa, ator: Ator, caminho: Path) -> ImportacaoDeMovimentacoes:
    """Find the import of this content, or start one. The same file goes on, a corrected one starts anew."""
    importacao, _ = ImportacaoDeMovimentacoes.objects.get_or_create(
        empresa=empresa,
        chave=chave_do_arquivo(caminho),
        defaults={"arquivo": caminho.name[:200], "por": ator.nome[:120]},
    )
    return importacao


def importacao_executar(
    *,
    empresa: Empresa,
    ator: Ator,
    importacao: ImportacaoDeMovimentacoes,
    caminho: Path,
    registrar_erros: Callable[[Sequence[ErroDeLinha]], None],
    ao_progredir: Callable[[Progresso], None] | None = None,
) -> Progresso:
    """Settle the rows behind the import's position; return the totals.

    Each chunk locks the import's row: a second run of the same file is refused, never doubled. Raises
    ErroDeValidacao (`arquivo_invalido`, `colunas_invalidas`), Conflito `importacao_em_curso`.
    """
    desde = Progresso(importacao.ate_linha, importacao.lidas, importacao.gravadas, importacao.com_erro)

    def gravar_posicao(progresso: Progresso) -> None:
        for campo in ("ate_linha", "lidas", "gravadas", "com_erro"):
            setattr(importacao, campo, getattr(progresso, campo))
        importacao.save(update_fields=["ate_linha", "lidas", "gravadas", "com_erro"])

    def gravar(linhas: Sequence[Linha]) -> list[ErroDeLinha]:
        return _gravar(empresa, ator, linhas)

    progresso = importar_em_blocos(
        ler_planilha(caminho, obrigatorias=OBRIGATORIAS, opcionais=OPCIONAIS),
        gravar=gravar,
        transacao=lambda: _bloco(importacao),
        gravar_posicao=gravar_posicao,
        registrar_erros=registrar_erros,
        ao_progredir=ao_progredir,
        desde=desde,
        tamanho=BLOCO,
    )
    ImportacaoDeMovimentacoes.objects.filter(pk=importacao.pk).update(concluida=True)
    return progresso


@contextmanager
def _bloco(importacao: ImportacaoDeMovimentacoes) -> Iterator[None]:
    with transaction.atomic():
        atual = travar_linha(
            ImportacaoDeMovimentacoes, empresa_id=importacao.empresa_id, pk=importacao.pk, campo="arquivo"
        )
        if atual.ate_linha != importacao.ate_linha:
            raise Conflito("importacao_em_curso", "Este arquivo já está sendo importado por outro processo.")
        yield


def _gravar(empresa: Empresa, ator: Ator, linhas: Sequence[Linha]) -> list[ErroDeLinha]:
    lidas = [_lida(linha) for linha in linhas]
    boas = [(linha, item) for linha, item in zip(linhas, lidas, strict=True) if isinstance(item, dict)]
    erros = [
        _erro(linha, item)
        for linha, item in zip(linhas, lidas, strict=True)
        if isinstance(item, ErroDeNegocio)
    ]
    feitos = movimentacoes_registrar(empresa=empresa, ator=ator, itens=[item for _, item in boas])
    erros += [
        _erro(linha, feito)
        for (linha, _), feito in zip(boas, feitos, strict=True)
        if not isinstance(feito, MovimentacaoEstoque)
    ]
    return erros


def _lida(linha: Linha) -> dict[str, Any] | ErroDeNegocio:
    valores: dict[str, Any] = dict(linha.valores)
    try:
        valores["quantidade"] = decimal_brasileiro(valores["quantidade"], casas=3, campo="quantidade")
    except ErroDeNegocio as exc:
        return exc
    return valores | {"tipo": chave_de_busca(valores["tipo"])}


def _erro(linha: Linha, erro: ErroDeNegocio) -> ErroDeLinha:
    return ErroDeLinha(linha.numero, erro.field or "", erro.code, erro.detail)
