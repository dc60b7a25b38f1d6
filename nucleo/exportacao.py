"""Writing spreadsheets: CSV and XLSX that open right in a Brazilian office and run nothing.

A cell that starts with = + - @ is a formula to a spreadsheet program, whoever typed it into a customer's
name. In CSV such text gets an apostrophe in front (`planilhas` takes it off again when the file comes
back); in XLSX it is written as a text cell, which needs none. Numbers and dates are data, not text, and
stay as they are.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self, TextIO

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from nucleo.planilhas import PERIGOSOS, ErroDeLinha

COLUNAS_DE_ERRO: Final = ("linha", "campo", "codigo", "motivo")
_BOM: Final = "\ufeff"
# Characters that XML cannot hold; openpyxl would refuse the whole file.
_ILEGAIS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def texto_seguro(texto: str) -> str:
    """Return the text with an apostrophe in front if a spreadsheet program would run it."""
    return "'" + texto if texto and (texto[0] in PERIGOSOS or texto[0] == "'") else texto


def exportar_csv(cabecalho: Sequence[str], linhas: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the file line by line, for streaming: UTF-8 with BOM, `;`, decimal comma, dd/mm/aaaa."""
    yield _BOM + _linha_csv(cabecalho)
    for linha in linhas:
        yield _linha_csv([_celula_csv(valor) for valor in linha])


def exportar_xlsx(
    cabecalho: Sequence[str], linhas: Iterable[Sequence[object]], destino: BinaryIO, *, titulo: str = "Dados"
) -> None:
    """Write the workbook to `destino`; numbers and dates as such, text never as a formula."""
    livro = openpyxl.Workbook(write_only=True)
    folha = livro.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", titulo)[:31])
    folha.freeze_panes = "A2"
    folha.append([_celula_titulo(folha, nome) for nome in cabecalho])
    for linha in linhas:
        folha.append([_celula_xlsx(folha, valor) for valor in linha])
    livro.save(destino)


class ArquivoDeErros:
    """`ARQUIVO.erros.csv`: one line per refused row, with what to correct.

    Opened again for a resumed import it keeps the lines up to the resume position and drops later ones, which
    a killed run wrote for a block that never committed and that comes again.
    """

    def __init__(self, caminho_da_planilha: Path, *, ate_linha: int = 0) -> None:
        self.caminho = caminho_da_planilha.with_name(caminho_da_planilha.name + ".erros.csv")
        self._mantidos = self._lidos(ate_linha) if ate_linha else []
        self.total = len(self._mantidos)
        self._arquivo: TextIO | None = None

    def __enter__(self) -> Self:
        self._arquivo = self.caminho.open("w", encoding="utf-8", newline="")
        self._arquivo.write(_BOM + _linha_csv(COLUNAS_DE_ERRO))
        self._arquivo.writelines(_linha_csv(mantido) for mantido in self._mantidos)
        self._arquivo.flush()
        return self

    def __exit__(
        self, tipo: type[BaseException] | None, erro: BaseException | None, pilha: TracebackType | None
    ) -> None:
        if self._arquivo is not None:
            self._arquivo.close()

    def registrar(self, erros: Iterable[ErroDeLinha]) -> None:
        """Append the lines and hand them to the system at once: a kill after this call loses none."""
        if self._arquivo is None:
            raise ValueError("error file used outside its with block")
        for erro in erros:
            campos = (erro.linha, erro.campo, erro.codigo, erro.motivo)
            self._arquivo.write(_linha_csv([_celula_csv(campo) for campo in campos]))
            self.total += 1
        self._arquivo.flush()

    def _lidos(self, ate_linha: int) -> list[list[str]]:
        if not self.caminho.exists():
            return []
        with self.caminho.open(encoding="utf-8-sig", newline="") as arquivo:
            linhas = [
                linha for linha in csv.reader(arquivo, delimiter=";") if len(linha) == len(COLUNAS_DE_ERRO)
            ]
        return [linha for linha in linhas if linha[0].isdigit() and int(linha[0]) <= ate_linha]


def _linha_csv(celulas: Iterable[object]) -> str:
    saida = io.StringIO()
    csv.writer(saida, delimiter=";", lineterminator="\r\n").writerow(celulas)
    return saida.getvalue()


def _celula_csv(valor: object) -> str:
    if valor is None:
        return ""
    if isinstance(valor, bool):
        return "sim" if valor else "não"
    if isinstance(valor, (Decimal, float)):
        return f"{Decimal(str(valor)):f}".replace(".", ",")
    if isinstance(valor, datetime):
        return f"{valor:%d/%m/%Y %H:%M}"
    if isinstance(valor, date):
        return f"{valor:%d/%m/%Y}"
    return str(valor) if isinstance(valor, int) else texto_seguro(str(valor))


def _celula_titulo(folha: object, nome: str) -> WriteOnlyCell:
    celula = _celula_texto(folha, nome)
    celula.font = Font(bold=True)
    return celula


def _celula_xlsx(folha: object, valor: object) -> object:
    if isinstance(valor, bool):
        return "sim" if valor else "não"
    if valor is None or isinstance(valor, (Decimal, float, date)):
        # A workbook cannot hold a time zone; the caller has already chosen the company's.
        return valor.replace(tzinfo=None) if isinstance(valor, datetime) else valor
    # Beyond 15 digits the program would round a number, so it goes as text.
    if isinstance(valor, int) and abs(valor) < 10**15:
        return valor
    return _celula_texto(folha, str(valor))


def _celula_texto(folha: object, texto: str) -> WriteOnlyCell:
    celula = WriteOnlyCell(folha, value=_ILEGAIS.sub(" ", texto))
    celula.data_type = "s"
    return celula
