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
from nucleo.services.importacao import Execucao, envio_em_arquivo, envio_recebido, erros_guardar
from orcamentos.locks import serie_travar
from orcamentos.models import ErroDaImportacao, ImportacaoDeOrcamentos
from orcamentos.models.numeracao import numero_tentado
from orcamentos.services.legado import Grupo, grupos_gravar, grupos_lidos
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


def importacao_conferir(
    *, empresa: Empresa, caminho: Path, maximo: int | None = None
) -> tuple[Progresso, list[ErroDeLinha]]:
    """Preview: what would be refused and why. Nothing is written, no number is taken.

    `maximo`: only the first rows, to the end of the quote that reaches it.
    """
    progresso, erros, vistos = Progresso(), list[ErroDeLinha](), set[str]()
    with closing(_blocos(caminho, apos_linha=0)) as blocos:
        for bloco in blocos:
            grupos, achados = grupos_lidos(empresa=empresa, linhas=bloco, vistos=vistos)
            progresso = _avancado(progresso, bloco, grupos)
            erros += achados
            if maximo is not None and progresso.lidas >= maximo:
                break
    return progresso, erros


def importacao_abrir(
    *, empresa: Empresa, ator: Ator, caminho: Path, nome: str = "", guardar: bool = False
) -> ImportacaoDeOrcamentos:
    """Find the import of this very content, or begin one; with `guardar` the file is kept in the row.

    The form of the file is checked first. Raises ErroDeValidacao `arquivo_invalido`, `colunas_invalidas`.
    """
    planilha_ler(caminho)
    return envio_recebido(
        importacoes=ImportacaoDeOrcamentos.objects.all(),
        empresa=empresa,
        ator=ator,
        caminho=caminho,
        nome=nome,
        guardar=guardar,
    )


def importacao_executar(
    *,
    empresa: Empresa,
    ator: Ator,
    importacao: ImportacaoDeOrcamentos,
    caminho: Path,
    registrar_erros: Callable[[Sequence[ErroDeLinha]], None] | None = None,
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
            motivo = f"importação {importacao.arquivo}"
            serie_empurrar(empresa=empresa, ano=ano, ultimo=ultimo, motivo=motivo)
    with closing(_blocos(caminho, apos_linha=execucao.progresso.ate_linha)) as blocos:
        for bloco in blocos:
            with execucao.transacao():
                # Locked before it is looked up which numbers are there: two files may bring the same.
                for ano in sorted(_anos(bloco)):
                    serie_travar(empresa=empresa, ano=ano)
                grupos, erros = grupos_lidos(empresa=empresa, linhas=bloco)
                grupos_gravar(empresa=empresa, ator=ator, grupos=grupos)
                progresso = _avancado(execucao.progresso, bloco, grupos)
                execucao.gravar_posicao(progresso)
                erros_guardar(erros, modelo=ErroDaImportacao, importacao=importacao)
                # Before the commit: lines of a chunk that never commits are dropped on resuming.
                if registrar_erros is not None:
                    registrar_erros(erros)
            if ao_progredir is not None:
                ao_progredir(progresso)
    execucao.concluir(estado=ImportacaoDeOrcamentos.Estado.CONCLUIDA, conteudo=None)
    return execucao.progresso


def importacao_do_escritorio_executar(*, empresa: Empresa, importacao_id: int) -> Progresso | None:
    """Run (or go on with) an import whose file came through the office; None where there is nothing to do."""
    importacoes = ImportacaoDeOrcamentos.objects.all()
    with envio_em_arquivo(importacoes=importacoes, empresa=empresa, importacao_id=importacao_id) as envio:
        if envio is None:
            return None
        importacao, caminho = envio
        ator = Ator(importacao.por)
        return importacao_executar(empresa=empresa, ator=ator, importacao=importacao, caminho=caminho)


def _avancado(antes: Progresso, bloco: list[list[Linha]], grupos: Sequence[Grupo]) -> Progresso:
    lidas = sum(len(linhas) for linhas in bloco)
    gravadas = sum(len(grupo.itens) for grupo in grupos)
    return Progresso(
        ate_linha=bloco[-1][-1].numero,
        lidas=antes.lidas + lidas,
        gravadas=antes.gravadas + gravadas,
        com_erro=antes.com_erro + lidas - gravadas,
    )


def _anos(bloco: list[list[Linha]]) -> set[int]:
    achados = (numero_tentado(linha.valores["budget_number"]) for linhas in bloco for linha in linhas)
    return {achado[0] for achado in achados if achado}


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
