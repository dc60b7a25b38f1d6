"""``python -m cobranca.simulador``: the simulator without Django."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from pathlib import Path

from cobranca.simulador.estado import Opcoes
from cobranca.simulador.servidor import servir


def main() -> None:
    leitor = argparse.ArgumentParser(prog="simulador", description="Gateway de WhatsApp simulado")
    leitor.add_argument("--port", type=int, default=int(os.environ.get("SIMULADOR_PORT", "8090")))
    leitor.add_argument("--dados", default=os.environ.get("DADOS_DIR", ".dados"))
    leitor.add_argument("--estrito", action="store_true")
    leitor.add_argument("--chave-global", default=Opcoes().chave_global)
    opcoes = leitor.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    configuracao = Opcoes(estrito=opcoes.estrito, chave_global=opcoes.chave_global)
    with contextlib.suppress(KeyboardInterrupt):
        servir(porta=opcoes.port, pasta=Path(opcoes.dados) / "simulador", opcoes=configuracao)


if __name__ == "__main__":
    main()
