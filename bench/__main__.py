"""`python -m bench [AREA ...] [--escala 0.01]`: measure, print the table, write JSON."""

import argparse
import gc
import importlib
import sys
from pathlib import Path

from bench import contexto, quadro

AREAS = ["clientes", "orcamentos", "estoque", "parede", "cobranca"]


def main() -> int:
    """Run the chosen areas; exit 1 when a claim of a full-size run is not kept."""
    argumentos = argparse.ArgumentParser(prog="bench")
    argumentos.add_argument("areas", nargs="*", choices=[*AREAS, []])
    argumentos.add_argument("--escala", type=float, default=1.0)
    opcoes = argumentos.parse_args()
    ctx = contexto.preparar(opcoes.escala)
    linhas: list[quadro.Linha] = []
    for area in opcoes.areas or AREAS:
        print(f"medindo {area} ...", flush=True)
        # What the areas before left in this process is not for the next one's collector to walk over.
        gc.collect()
        gc.freeze()
        linhas += importlib.import_module(f"bench.{area}").medir(ctx)
    quadro.imprimir(linhas)
    print(quadro.gravar(linhas, Path(__file__).parent / "resultados"))
    return 1 if ctx.escala >= 1 and not all(linha.cumpre for linha in linhas) else 0


if __name__ == "__main__":
    sys.exit(main())
