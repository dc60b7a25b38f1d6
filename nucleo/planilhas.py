"""Reading spreadsheets: CSV and XLSX become the same rows of text, with the row number a person sees.

What the file's form can go wrong with is said once and at the start (encoding, structure, columns); what a
single row can go wrong with (an error cell, a formula that was never calculated, a cell under no title)
travels with the row, so that the other rows go on.
"""

import csv
import zipfile
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, TextIO

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from nucleo.errors import ErroDeValidacao
from nucleo.textos import sem_acentos

CODIGO_ARQUIVO: Final = "arquivo_invalido"
CODIGO_COLUNAS: Final = "colunas_invalidas"
# An .xlsx is a zip: a small one can unpack to more than the machine has.
DESCOMPACTADO_MAXIMO: Final = 512 * 1024 * 1024
CELULA_MAXIMA: Final = 131_072
PERIGOSOS: Final = frozenset("=+-@\t\r\n＝＋－＠")

_ERROS_DO_EXCEL: Final = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
)
_ZIP: Final = b"PK\x03\x04"
_XLS_ANTIGO: Final = b"\xd0\xcf\x11\xe0"

Crua = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class ErroDeLinha:
    """One line of the error report; `linha` is the row as the spreadsheet numbers it."""

    linha: int
    campo: str
    codigo: str
    motivo: str


@dataclass(frozen=True, slots=True)
class Linha:
    """One data row: `numero` is the row in the spreadsheet (the titles are row 1)."""

    numero: int
    valores: dict[str, str]
    erros: tuple[ErroDeLinha, ...] = ()


def ler_planilha(
    caminho: Path,
    *,
    obrigatorias: Collection[str],
    opcionais: Collection[str] = (),
    apelidos: Mapping[str, str] | None = None,
) -> Iterator[Linha]:
    """Return the rows; the form of the file and its columns are checked before the first one.

    Every value is text: numbers of an XLSX come with a decimal comma (`decimal_brasileiro` reads them
    without doubt), dates as aaaa-mm-dd, true/false as sim/não. Every known column is a key, empty where the
    row has nothing. Empty rows are left out. `apelidos` maps other titles (normalised) to column names.
    Raises `arquivo_invalido`, `colunas_invalidas`.
    """
    fonte = _fonte(caminho)
    with closing(fonte.linhas()) as linhas:
        titulos = next(linhas, None)
    if titulos is None or not any(titulos):
        raise ErroDeValidacao(CODIGO_ARQUIVO, "O arquivo está vazio.", field="arquivo")
    colunas = _colunas(titulos, apelidos or {})
    _conferir_colunas(colunas, set(obrigatorias), set(opcionais))
    return _linhas(fonte, colunas, sorted({*obrigatorias, *opcionais}))


def contar_linhas(caminho: Path) -> int:
    """Return the number of data rows (without titles and empty rows), for a progress bar."""
    with closing(_fonte(caminho).linhas()) as linhas:
        next(linhas, None)
        return sum(1 for crua in linhas if any(crua))


def titulo_normalizado(titulo: str) -> str:
    """Return the column name of a title: `Preço unitário` becomes `preco_unitario`."""
    limpo = sem_acentos(titulo).lower()
    return "_".join("".join(c if c.isalnum() else " " for c in limpo).split())


@dataclass(frozen=True, slots=True)
class _FonteCsv:
    caminho: Path
    codificacao: str
    separador: str

    def linhas(self) -> Generator[Crua, None, None]:
        with self.caminho.open(encoding=self.codificacao, newline="") as arquivo:
            yield from _csv_estrito(arquivo, self.separador)


@dataclass(frozen=True, slots=True)
class _FonteXlsx:
    caminho: Path
    tem_formulas: bool

    def linhas(self) -> Generator[Crua, None, None]:
        with closing(_celulas(self.caminho, data_only=True)) as valores:
            if not self.tem_formulas:
                yield from ([_texto(v) for v in linha] for linha in valores)
                return
            with closing(_celulas(self.caminho, data_only=False)) as formulas:
                for linha, escritas in zip(valores, formulas, strict=False):
                    yield [_texto_ou_formula(v, f) for v, f in zip_longest(linha, escritas)]


FORMULA_SEM_VALOR: Final = "\x00formula"


def _fonte(caminho: Path) -> _FonteCsv | _FonteXlsx:
    try:
        with caminho.open("rb") as arquivo:
            inicio = arquivo.read(4)
    except OSError as erro:
        raise _erro_arquivo(f"Não foi possível abrir {caminho.name}: {erro.strerror}.") from erro
    if inicio == _ZIP:
        return _FonteXlsx(caminho, _xlsx_conferido(caminho))
    if inicio == _XLS_ANTIGO:
        raise _erro_arquivo("Arquivo .xls antigo; salve como .xlsx ou .csv.")
    codificacao = _codificacao(caminho)
    fonte = _FonteCsv(caminho, codificacao, _separador(caminho, codificacao))
    # One pass over the structure first: a quote left open would otherwise swallow rows half way through.
    for _ in fonte.linhas():
        pass
    return fonte


def _codificacao(caminho: Path) -> str:
    """UTF-8 if every byte agrees, else Windows' Latin-1, which Brazilian spreadsheets save as "CSV"."""
    conteudo = caminho.read_bytes()
    if conteudo.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in conteudo:
        raise _erro_arquivo("O arquivo não é um CSV nem um XLSX.")
    for codificacao in ("utf-8-sig", "cp1252"):
        try:
            conteudo.decode(codificacao)
        except UnicodeDecodeError:
            continue
        return codificacao
    return "latin-1"


def _separador(caminho: Path, codificacao: str) -> str:
    try:
        with caminho.open(encoding=codificacao, newline="") as arquivo:
            titulos = arquivo.readline(CELULA_MAXIMA)
    except UnicodeError as erro:
        raise _erro_arquivo("O texto do arquivo está corrompido.") from erro
    contagens = {separador: titulos.count(separador) for separador in ";,\t"}
    return max(contagens, key=lambda separador: contagens[separador])


def _csv_estrito(arquivo: TextIO, separador: str) -> Iterator[Crua]:
    leitor = csv.reader(arquivo, delimiter=separador, strict=True)
    try:
        for linha in leitor:
            yield [_sem_protecao(celula.strip()) for celula in linha]
    except csv.Error as erro:
        raise _erro_arquivo(
            f"CSV malformado perto da linha {leitor.line_num}: confira as aspas (abertas e não fechadas?)."
        ) from erro
    except UnicodeError as erro:
        raise _erro_arquivo("O texto do arquivo está corrompido.") from erro


def _xlsx_conferido(caminho: Path) -> bool:
    """Refuse what is no workbook; return whether any sheet holds formulas."""
    try:
        with zipfile.ZipFile(caminho) as pacote:
            if sum(parte.file_size for parte in pacote.infolist()) > DESCOMPACTADO_MAXIMO:
                raise _erro_arquivo("A planilha é grande demais; divida-a ou salve como CSV.")
            folhas = [nome for nome in pacote.namelist() if nome.startswith("xl/worksheets/")]
            tem_formulas = any(_menciona_formula(pacote, nome) for nome in folhas)
        with closing(_celulas(caminho, data_only=True)) as linhas:
            next(linhas, None)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as erro:
        raise _erro_arquivo("O arquivo XLSX está corrompido ou não é uma planilha.") from erro
    return tem_formulas


def _menciona_formula(pacote: zipfile.ZipFile, nome: str) -> bool:
    resto = b""
    with pacote.open(nome) as folha:
        while pedaco := folha.read(1 << 20):
            junto = resto + pedaco
            if b"<f>" in junto or b"<f " in junto or b"<f/" in junto:
                return True
            resto = junto[-2:]
    return False


def _celulas(caminho: Path, *, data_only: bool) -> Generator[tuple[Any, ...], None, None]:
    """Yield the rows of the first sheet; the workbook is closed with the generator."""
    livro = openpyxl.load_workbook(caminho, read_only=True, data_only=data_only)
    try:
        if not livro.worksheets:
            raise ValueError("workbook without sheets")
        folha = livro.worksheets[0]
        # Some programs write a wrong size into the file, and rows would be cut off.
        folha.reset_dimensions()
        yield from folha.iter_rows(values_only=True)
    finally:
        livro.close()


def _texto_ou_formula(valor: Any, escrita: Any) -> str | None:
    if valor is None and isinstance(escrita, str) and escrita.startswith("="):
        return FORMULA_SEM_VALOR
    if valor is None and escrita is not None and not isinstance(escrita, (str, int, float, date, time)):
        return FORMULA_SEM_VALOR
    return _texto(valor)


def _texto(valor: Any) -> str | None:
    if valor is None:
        return None
    if isinstance(valor, str):
        return _sem_protecao(valor.strip())
    if isinstance(valor, bool):
        return "sim" if valor else "não"
    if isinstance(valor, float):
        return _float_em_texto(valor)
    if isinstance(valor, datetime):
        return valor.date().isoformat() if valor.time() == time.min else valor.isoformat(" ")
    return str(valor)


def _float_em_texto(valor: float) -> str:
    """15 significant digits, as the spreadsheet shows them, so 0.1+0.2 reads 0,3."""
    if valor.is_integer() and abs(valor) < 1e15:
        return str(int(valor))
    return f"{valor:.15g}".replace(".", ",")


def _sem_protecao(texto: str) -> str:
    """Take off the apostrophe that our own export put before a dangerous cell."""
    if len(texto) > 1 and texto[0] == "'" and (texto[1] in PERIGOSOS or texto[1] == "'"):
        return texto[1:]
    return texto


def _colunas(titulos: Crua, apelidos: Mapping[str, str]) -> list[str]:
    nomes = [titulo_normalizado(titulo or "") for titulo in titulos]
    return [apelidos.get(nome, nome) for nome in nomes]


def _conferir_colunas(colunas: Sequence[str], obrigatorias: set[str], opcionais: set[str]) -> None:
    presentes = [coluna for coluna in colunas if coluna]
    faltam = sorted(obrigatorias - set(presentes))
    sobram = sorted(set(presentes) - obrigatorias - opcionais)
    repetidas = sorted({coluna for coluna in presentes if presentes.count(coluna) > 1})
    problemas = [
        f"{rotulo}: {', '.join(nomes)}"
        for rotulo, nomes in (
            ("faltam as colunas", faltam),
            ("colunas desconhecidas", sobram),
            ("colunas repetidas", repetidas),
        )
        if nomes
    ]
    if problemas:
        raise ErroDeValidacao(
            CODIGO_COLUNAS,
            f"As colunas do arquivo não conferem — {'; '.join(problemas)}.",
            field="arquivo",
            faltam=faltam,
            desconhecidas=sobram,
            repetidas=repetidas,
        )


def _linhas(
    fonte: _FonteCsv | _FonteXlsx, colunas: Sequence[str], conhecidas: Sequence[str]
) -> Iterator[Linha]:
    with closing(fonte.linhas()) as cruas:
        for numero, crua in enumerate(cruas, start=1):
            if numero > 1 and any(crua):
                yield _linha(numero, crua, colunas, conhecidas)


def _linha(numero: int, crua: Crua, colunas: Sequence[str], conhecidas: Sequence[str]) -> Linha:
    valores = dict.fromkeys(conhecidas, "")
    erros: list[ErroDeLinha] = []
    for coluna, celula in zip_longest(colunas, crua, fillvalue=None):
        if not celula:
            continue
        if motivo := _problema(coluna, celula):
            erros.append(ErroDeLinha(numero, coluna or "", *motivo))
        elif coluna:
            valores[coluna] = celula
    return Linha(numero, valores, tuple(erros))


def _problema(coluna: str | None, celula: str) -> tuple[str, str] | None:
    if not coluna:
        return "coluna_sem_titulo", "Há um valor numa coluna sem título; confira os separadores da linha."
    if celula == FORMULA_SEM_VALOR:
        return (
            "formula_sem_valor",
            "A célula tem uma fórmula sem resultado; abra e salve a planilha, ou cole os valores.",
        )
    if celula in _ERROS_DO_EXCEL:
        return "celula_com_erro", f"A célula tem um erro da planilha ({celula})."
    return None


def _erro_arquivo(detalhe: str) -> ErroDeValidacao:
    return ErroDeValidacao(CODIGO_ARQUIVO, detalhe, field="arquivo")
