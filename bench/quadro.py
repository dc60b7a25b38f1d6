"""What a measurement is, and how the table of all of them is printed and kept.

Machines are noisy, so a claim is always a ratio to a baseline measured in the same run, interleaved
with ours, and a median. No figure stands alone.
"""

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Linha:
    """One claim: our figure, the baseline's figure, and the ratio that was promised."""

    nome: str
    nosso: float
    base: float
    unidade: str
    linha_de_base: str
    alvo: str
    cumpre: bool
    nota: str = ""

    @property
    def razao(self) -> float:
        return self.nosso / self.base if self.base else float("inf")


def ao_menos(
    nome: str, *, nosso: float, base: float, razao: float, unidade: str, linha_de_base: str, nota: str = ""
) -> Linha:
    """A rate: ours must be at least `razao` times the baseline's."""
    cumpre = nosso >= razao * base
    return Linha(nome, nosso, base, unidade, linha_de_base, f">= {razao:g}x", cumpre, nota)


def no_maximo(
    nome: str, *, nosso: float, base: float, razao: float, unidade: str, linha_de_base: str, nota: str = ""
) -> Linha:
    """A cost: ours must be at most `razao` times the baseline's."""
    cumpre = nosso <= razao * base
    return Linha(nome, nosso, base, unidade, linha_de_base, f"<= {razao:g}x", cumpre, nota)


def abaixo_de(nome: str, *, nosso: float, limite: float, unidade: str, origem: str, nota: str = "") -> Linha:
    """A cost with a limit that somebody else set (the old system's own figure, a promised bound)."""
    return Linha(nome, nosso, limite, unidade, origem, f"< {limite:g} {unidade}", nosso < limite, nota)


def milissegundos(acao: Callable[[], object]) -> float:
    """Time one call."""
    inicio = time.perf_counter()
    acao()
    return (time.perf_counter() - inicio) * 1000


def lado_a_lado(*acoes: Callable[[], object], repeticoes: int = 200, aquecimento: int = 10) -> list[float]:
    """Median milliseconds of each action; the actions take turns, so noise hits all of them alike."""
    for _ in range(aquecimento):
        for acao in acoes:
            acao()
    tempos: list[list[float]] = [[] for _ in acoes]
    for _ in range(repeticoes):
        for lista, acao in zip(tempos, acoes, strict=True):
            lista.append(milissegundos(acao))
    return [statistics.median(lista) for lista in tempos]


def por_rodada(nossos: Sequence[float], bases: Sequence[float]) -> tuple[float, float]:
    """Our median, and the baseline that stands to it as in the median round: noise counts for both."""
    nosso = statistics.median(nossos)
    return nosso, nosso / statistics.median(n / b for n, b in zip(nossos, bases, strict=True))


def percentil(tempos: Sequence[float], p: float) -> float:
    """The p-th percentile (0..100) of the times, by nearest rank."""
    ordenados = sorted(tempos)
    return ordenados[min(len(ordenados) - 1, int(len(ordenados) * p / 100))]


def imprimir(linhas: Sequence[Linha]) -> None:
    """Print the table."""
    largura = max((len(linha.nome) for linha in linhas), default=10)
    for linha in linhas:
        marca = "ok  " if linha.cumpre else "FALTA"
        print(
            f"{marca:5} {linha.nome:<{largura}}  {linha.nosso:>12.3f} {linha.unidade:<6}"
            f" {linha.razao:>8.2f}x de {linha.base:>12.3f} ({linha.linha_de_base}; alvo {linha.alvo})"
            f"{' - ' + linha.nota if linha.nota else ''}"
        )


def gravar(linhas: Sequence[Linha], pasta: Path) -> Path:
    """Write the run as JSON; return the file."""
    pasta.mkdir(parents=True, exist_ok=True)
    arquivo = pasta / time.strftime("%Y%m%d-%H%M%S.json")
    corpo = [asdict(linha) | {"razao": linha.razao} for linha in linhas]
    arquivo.write_text(json.dumps(corpo, ensure_ascii=False, indent=2), encoding="utf-8")
    return arquivo
