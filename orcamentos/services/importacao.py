"""Bringing in quotes from a spreadsheet: a row per line, commit per chunk, going on after a kill.

Consecutive rows with one `budget_number` are one quote and are written or refused together; a row without a
number is a quote of one line, numbered by us.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Final

from nucleo.ator import Ator
from nucleo.importacao import TAMANHO_DO_BLOCO, Progresso
from nucleo.models import Empresa
from nucleo.planilhas import ErroDeLinha, Linha, ler_planilha
from nucleo.services.importacao import Execucao, importacao_do_arquivo
from orcamentos.models import ImportacaoDeOrcamentos
from orcamentos.models.numeracao import numero_tentado
from orcamentos.services.legado import grupos_gravar, grupos_lidos
from orcamentos.services.numeracao import serie_empurrar

OBRIGATORIAS: Final = ("cliente", "quantidade", "preco_unitario")
OPCIONAIS: Final = (
    "budget_number",
    "data",
    "validade",
    "status",
    "cod_produto",
    "descricao",
    "desconto",
    "condicoes_pagamento",
    "observacoes",
    "referencia_cliente",
)
APELIDOS: Final = {
    "codigo_cliente": "cliente",
    "numero": "budget_number",
    "orcamento": "budget_number",
    "produto": "cod_produto",
    "codigo": "cod_produto",
    "codigo_produto": "cod_produto",
    "qtd": "quantidade",
    "preco": "preco_unitario",
    "valor_unitario": "preco_unitario",
    "situacao": "status",
    "emissao": "data",
    "obs": "observacoes",
}


def planilha_ler(caminho: Path) -> Iterator[Linha]:
    """Return the rows of a quotes' spreadsheet; raise `arquivo_invalido`, `colunas_invalidas`."""
    return ler_planilha(caminho, obrigatorias=OBRIGATORIAS, opcionais=OPCIONAIS, apelidos=APELIDOS)


def importacao_abrir(*, empresa: Empresa, ator: Ator, caminho: Path) -> ImportacaoDeOrcamentos:
    """Find the import of this very content, or begin one; the form of the file is checked first."""
    planilha_ler(caminho)
    return importacao_do_arquivo(
        importacoes=ImportacaoDeOrcamentos.objects.all(), empresa=empresa, ator=ator, caminho=caminho
    )


def importacao_executar(
    *,
    empresa: Empresa,
    ator: Ator,
    importacao: ImportacaoDeOrcamentos,
    caminho: Path,
    registrar_erros: Callable[[Sequence[ErroDeLinha]], None],
    ao_progredir: Callable[[Progresso], None] | None = None,
) -> Progresso:
    """Import what is not settled yet; return the totals of all runs.

    The file's own numbers push the counters before any row is written, so that we never give one of them
    to a row without a number. Each chunk commits with its position. Locks the import, then the series by
    year. Raises Conflito `importacao_em_curso` where another process moved the position.
    """
    execucao = Execucao(importacao)
    with execucao.transacao():
        for ano, ultimo in sorted(_maiores_numeros(caminho).items()):
            serie_empurrar(empresa=empresa, ano=ano, ultimo=ultimo, motivo=f"importação {caminho.name}")
    with closing(_blocos(caminho, apos_linha=execucao.progresso.ate_linha)) as blocos:
        for bloco in blocos:
            with execucao.transacao():
                progresso, erros = _gravar(empresa, ator, bloco, execucao.progresso)
                execucao.gravar_posicao(progresso)
                # Before the commit: lines of a chunk that never commits are dropped on resuming.
                registrar_erros(erros)
            if ao_progredir is not None:
                ao_progredir(progresso)
    execucao.concluir()
    return execucao.progresso


def _gravar(
    empresa: Empresa, ator: Ator, bloco: list[list[Linha]], antes: Progresso
) -> tuple[Progresso, list[ErroDeLinha]]:
    """Write one chunk of whole quotes; return the progress behind it and the errors of those refused."""
    grupos, erros = grupos_lidos(empresa=empresa, linhas=bloco)
    grupos_gravar(empresa=empresa, ator=ator, grupos=grupos)
    lidas = sum(len(linhas) for linhas in bloco)
    gravadas = sum(len(grupo.itens) for grupo in grupos)
    progresso = Progresso(
        ate_linha=bloco[-1][-1].numero,
        lidas=antes.lidas + lidas,
        gravadas=antes.gravadas + gravadas,
        com_erro=antes.com_erro + lidas - gravadas,
    )
    return progresso, erros


def _maiores_numeros(caminho: Path) -> dict[int, int]:
    maiores: dict[int, int] = {}
    for linha in planilha_ler(caminho):
        achado = numero_tentado(linha.valores["budget_number"])
        if achado:
            ano, numero = achado
            maiores[ano] = max(numero, maiores.get(ano, 0))
    return maiores


def _blocos(caminho: Path, *, apos_linha: int) -> Generator[list[list[Linha]], None, None]:
    """Yield chunks of whole quotes, about 100 rows each; a quote is never cut in two."""
    bloco: list[list[Linha]] = []
    linhas = (linha for linha in planilha_ler(caminho) if linha.numero > apos_linha)
    for _, grupo in groupby(linhas, key=_quem_e):
        bloco.append(list(grupo))
        if sum(len(feito) for feito in bloco) >= TAMANHO_DO_BLOCO:
            yield bloco
            bloco = []
    if bloco:
        yield bloco


def _quem_e(linha: Linha) -> str:
    """A quote's number, or for a row without one its own row."""
    return linha.valores["budget_number"].strip().upper() or f"linha {linha.numero}"
