"""Bringing in customers from a spreadsheet: preview, chunks of 100, going on after a kill."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from clientes.models import ErroDaImportacao, ImportacaoDeClientes
from clientes.models.codigo import codigo_lido
from clientes.services.dados import CAMPOS, documento_ou_nada, municipio_achado
from clientes.services.legado import CodigoAntigo, codigos_antigos_reservar
from clientes.services.lote import clientes_conferir_bloco, clientes_criar_bloco
from nucleo.ator import Ator
from nucleo.errors import ErroDeNegocio, ErroDeValidacao, ErrosDeValidacao
from nucleo.importacao import Progresso, conferir_em_blocos, importar_em_blocos
from nucleo.models import Empresa
from nucleo.planilhas import ErroDeLinha, Linha, ler_planilha
from nucleo.services.importacao import Execucao, envio_em_arquivo, envio_recebido, erros_guardar

OBRIGATORIAS = ("nome",)
OPCIONAIS = (*(campo for campo in CAMPOS if campo != "nome"), "codigo_cliente")
APELIDOS = {
    "razao_social": "nome",
    "nome_ou_razao_social": "nome",
    "fantasia": "nome_fantasia",
    "cpf": "cpf_cnpj",
    "cnpj": "cpf_cnpj",
    "documento": "cpf_cnpj",
    "ie": "inscricao_estadual",
    "fone": "telefone",
    "celular": "telefone",
    "e_mail": "email",
    "cidade": "municipio",
    "estado": "uf",
    "codigo_ibge": "municipio_ibge",
    "ibge": "municipio_ibge",
    "codigo": "codigo_cliente",
    "endereco": "logradouro",
    "obs": "observacoes",
}


def planilha_ler(caminho: Path) -> Iterator[Linha]:
    """Return the rows of a customers' spreadsheet; raise `arquivo_invalido`, `colunas_invalidas`."""
    return ler_planilha(caminho, obrigatorias=OBRIGATORIAS, opcionais=OPCIONAIS, apelidos=APELIDOS)


def importacao_conferir(
    *, empresa: Empresa, caminho: Path, maximo: int | None = None
) -> tuple[Progresso, list[ErroDeLinha]]:
    """Preview: what would be refused and why. Nothing is written, no number is taken.

    Documents repeated within the file are found across chunks. `maximo`: only the first rows.
    """
    vistos: dict[str, int] = {}

    def conferir(linhas: Sequence[Linha]) -> list[ErroDeLinha]:
        itens = [linha.valores for linha in linhas]
        erros = clientes_conferir_bloco(empresa=empresa, itens=itens, aceitar_codigos=True)
        achados = [e for linha, erro in zip(linhas, erros, strict=True) for e in _erros_da_linha(linha, erro)]
        return [*achados, *_repetidos(linhas, vistos, {erro.linha for erro in achados})]

    linhas = planilha_ler(caminho)
    if maximo is not None:
        linhas = (linha for _, linha in zip(range(maximo), linhas, strict=False))
    return conferir_em_blocos(linhas, conferir=conferir)


def importacao_abrir(
    *, empresa: Empresa, ator: Ator, caminho: Path, nome: str = "", guardar: bool = False
) -> ImportacaoDeClientes:
    """Find the import of this very content, or begin one; with `guardar` the file is kept in the row.

    The form of the file is checked first. Raises ErroDeValidacao `arquivo_invalido`, `colunas_invalidas`.
    """
    planilha_ler(caminho)
    return envio_recebido(
        importacoes=ImportacaoDeClientes.objects.all(),
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
    importacao: ImportacaoDeClientes,
    caminho: Path,
    registrar_erros: Callable[[Sequence[ErroDeLinha]], None] | None = None,
    ao_progredir: Callable[[Progresso], None] | None = None,
) -> Progresso:
    """Import what is not settled yet, a transaction per 100 rows; return the totals of all runs.

    The position is committed with its chunk, so a killed import goes on without duplicates. Two runs of
    one file cannot mix: the second finds the position moved and stops with Conflito
    `importacao_em_curso`. Locks the import, then the codes' counters in the order of promise C.
    """
    execucao = _Execucao(importacao, ator, registrar_erros)
    with execucao.transacao():
        _codigos_do_arquivo_reservar(empresa, caminho)
    progresso = importar_em_blocos(
        planilha_ler(caminho),
        gravar=execucao.gravar,
        transacao=execucao.transacao,
        gravar_posicao=execucao.gravar_posicao,
        registrar_erros=execucao.gravar_erros,
        ao_progredir=ao_progredir,
        desde=execucao.progresso,
    )
    execucao.concluir(estado=ImportacaoDeClientes.Estado.CONCLUIDA, conteudo=None)
    return progresso


def importacao_do_escritorio_executar(*, empresa: Empresa, importacao_id: int) -> Progresso | None:
    """Run (or go on with) an import whose file came through the office; None where there is nothing to do."""
    importacoes = ImportacaoDeClientes.objects.all()
    with envio_em_arquivo(importacoes=importacoes, empresa=empresa, importacao_id=importacao_id) as envio:
        if envio is None:
            return None
        importacao, caminho = envio
        ator = Ator(importacao.por)
        return importacao_executar(empresa=empresa, ator=ator, importacao=importacao, caminho=caminho)


class _Execucao(Execucao):
    """One run over one import of customers: what the block runner needs, bound to it."""

    def __init__(
        self,
        importacao: ImportacaoDeClientes,
        ator: Ator,
        registrar_erros: Callable[[Sequence[ErroDeLinha]], None] | None,
    ) -> None:
        super().__init__(importacao)
        self.empresa, self.ator, self.registrar = importacao.empresa, ator, registrar_erros

    def gravar(self, linhas: Sequence[Linha]) -> list[ErroDeLinha]:
        saida = clientes_criar_bloco(
            empresa=self.empresa,
            ator=self.ator,
            itens=[linha.valores for linha in linhas],
            aceitar_codigos=True,
            origem=f"importacao {self.importacao.pk}",
        )
        pares = zip(linhas, saida, strict=True)
        return [e for linha, um in pares if isinstance(um, ErroDeNegocio) for e in _erros_da_linha(linha, um)]

    def gravar_erros(self, erros: Sequence[ErroDeLinha]) -> None:
        erros_guardar(erros, modelo=ErroDaImportacao, importacao=self.importacao)
        if self.registrar is not None:
            self.registrar(erros)


def _erros_da_linha(linha: Linha, erro: ErroDeNegocio | None) -> list[ErroDeLinha]:
    if erro is None:
        return []
    todos: Sequence[ErroDeNegocio] = erro.erros if isinstance(erro, ErrosDeValidacao) else [erro]
    return [ErroDeLinha(linha.numero, um.field or "", um.code, um.detail) for um in todos]


def _repetidos(linhas: Sequence[Linha], vistos: dict[str, int], recusadas: set[int]) -> list[ErroDeLinha]:
    achados = []
    for linha in linhas:
        documento = documento_ou_nada(linha.valores.get("cpf_cnpj"))
        if not documento or linha.numero in recusadas:
            continue
        primeira = vistos.setdefault(documento, linha.numero)
        if primeira != linha.numero:
            motivo = f"Este CPF/CNPJ já está na linha {primeira} do arquivo."
            achados.append(ErroDeLinha(linha.numero, "cpf_cnpj", "cpf_cnpj_duplicado", motivo))
    return achados


def _codigos_do_arquivo_reservar(empresa: Empresa, caminho: Path) -> None:
    """Push the counters past every legacy code of the file before the first number is given.

    Otherwise a row without a code could be given the one that a later row brings. An XXXX nobody has goes
    to the municipality in which most of its customers live.
    """
    maiores: dict[int, int] = {}
    onde: dict[int, Counter[int]] = {}
    for linha in planilha_ler(caminho):
        achado = _codigo_da_linha(linha.valores)
        if achado is not None:
            maiores[achado.numero_municipio] = max(maiores.get(achado.numero_municipio, 0), achado.sequencia)
            onde.setdefault(achado.numero_municipio, Counter())[achado.municipio_id] += 1
    if maiores:
        codigos = [
            CodigoAntigo(numero, maior, onde[numero].most_common(1)[0][0])
            for numero, maior in sorted(maiores.items())
        ]
        codigos_antigos_reservar(empresa=empresa, codigos=codigos)


def _codigo_da_linha(valores: dict[str, Any]) -> CodigoAntigo | None:
    if not valores.get("codigo_cliente"):
        return None
    try:
        numero, sequencia = codigo_lido(valores["codigo_cliente"])
        return CodigoAntigo(numero, sequencia, municipio_achado(valores).pk)
    except ErroDeValidacao:
        return None
