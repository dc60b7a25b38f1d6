"""Bringing in quotes from a spreadsheet: a row per line, commit per chunk, going on after a kill.

Consecutive rows with one `budget_number` are one quote and are written or refused together; a row without a
number is a quote of one line, numbered by us.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Final

from django.db import transaction

from nucleo.ator import Ator
from nucleo.errors import Conflito
from nucleo.importacao import TAMANHO_DO_BLOCO, Progresso, chave_do_arquivo
from nucleo.models import Empresa
from nucleo.planilhas import ErroDeLinha, Linha, ler_planilha
from orcamentos.locks import importacao_travar
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


def importacao_abrir(*, empresa: Empresa, caminho: Path) -> ImportacaoDeOrcamentos:
    """Find the import of this very content, or begin one; the form of the file is checked first."""
    planilha_ler(caminho)
    importacao, _ = ImportacaoDeOrcamentos.objects.get_or_create(
        empresa=empresa, chave=chave_do_arquivo(caminho), defaults={"arquivo": caminho.name[:200]}
    )
    return importacao


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
    execucao = _Execucao(empresa, ator, importacao, registrar_erros)
    with transaction.atomic():
        execucao.travar()
        for ano, ultimo in sorted(_maiores_numeros(caminho).items()):
            serie_empurrar(empresa=empresa, ano=ano, ultimo=ultimo, motivo=f"importação {caminho.name}")
    with closing(_blocos(caminho, apos_linha=execucao.progresso.ate_linha)) as blocos:
        for bloco in blocos:
            execucao.gravar(bloco)
            if ao_progredir is not None:
                ao_progredir(execucao.progresso)
    return execucao.progresso


@dataclass
class _Execucao:
    """One run over one file."""

    empresa: Empresa
    ator: Ator
    importacao: ImportacaoDeOrcamentos
    registrar_erros: Callable[[Sequence[ErroDeLinha]], None]

    def __post_init__(self) -> None:
        i = self.importacao
        self.progresso = Progresso(i.ate_linha, i.lidas, i.gravadas, i.com_erro)

    def travar(self) -> None:
        """Take the import for this transaction; refuse to go on where somebody else already did."""
        atual = importacao_travar(empresa=self.empresa, importacao_id=self.importacao.pk)
        if atual.ate_linha != self.progresso.ate_linha:
            raise Conflito("importacao_em_curso", "Outro processo está importando este arquivo.")

    def gravar(self, bloco: list[list[Linha]]) -> None:
        """Write one chunk of whole quotes, with the position behind it."""
        with transaction.atomic():
            self.travar()
            grupos, erros = grupos_lidos(empresa=self.empresa, linhas=bloco)
            grupos_gravar(empresa=self.empresa, ator=self.ator, grupos=grupos)
            lidas = sum(len(linhas) for linhas in bloco)
            gravadas = sum(len(grupo.itens) for grupo in grupos)
            progresso = replace(
                self.progresso,
                ate_linha=bloco[-1][-1].numero,
                lidas=self.progresso.lidas + lidas,
                gravadas=self.progresso.gravadas + gravadas,
                com_erro=self.progresso.com_erro + lidas - gravadas,
            )
            ImportacaoDeOrcamentos.objects.filter(pk=self.importacao.pk).update(
                ate_linha=progresso.ate_linha,
                lidas=progresso.lidas,
                gravadas=progresso.gravadas,
                com_erro=progresso.com_erro,
            )
            # Before the commit: lines of a chunk that never commits are dropped on resuming.
            self.registrar_erros(erros)
        self.progresso = progresso


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
