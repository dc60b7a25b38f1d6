"""Movements from a spreadsheet: commit per chunk, an error per bad row, going on where a run stopped."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from estoque.models import ImportacaoDeMovimentacoes, MovimentacaoEstoque
from estoque.services.lotes import movimentacoes_registrar
from nucleo.ator import Ator
from nucleo.decimais import decimal_brasileiro
from nucleo.errors import ErroDeNegocio
from nucleo.importacao import Progresso, importar_em_blocos
from nucleo.models import Empresa
from nucleo.planilhas import ErroDeLinha, Linha, ler_planilha
from nucleo.services.importacao import Execucao, importacao_do_arquivo
from nucleo.textos import chave_de_busca

BLOCO = 500
OBRIGATORIAS = ("cod_produto", "tipo", "quantidade")
OPCIONAIS = ("data", "documento", "observacao")


def planilha_ler(caminho: Path) -> Iterator[Linha]:
    """Return the rows of a movements' spreadsheet; raise `arquivo_invalido`, `colunas_invalidas`."""
    return ler_planilha(caminho, obrigatorias=OBRIGATORIAS, opcionais=OPCIONAIS)


def importacao_abrir(*, empresa: Empresa, ator: Ator, caminho: Path) -> ImportacaoDeMovimentacoes:
    """Find the import of this very content, or begin one; the form of the file is checked first."""
    planilha_ler(caminho)
    return importacao_do_arquivo(
        importacoes=ImportacaoDeMovimentacoes.objects.all(), empresa=empresa, ator=ator, caminho=caminho
    )


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
    execucao = Execucao(importacao)
    progresso = importar_em_blocos(
        planilha_ler(caminho),
        gravar=partial(_gravar, empresa, ator),
        transacao=execucao.transacao,
        gravar_posicao=execucao.gravar_posicao,
        registrar_erros=registrar_erros,
        ao_progredir=ao_progredir,
        desde=execucao.progresso,
        tamanho=BLOCO,
    )
    execucao.concluir()
    return progresso


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
