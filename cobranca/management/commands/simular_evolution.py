"""Runs the simulated WhatsApp gateway alone: for trying out and testing, never beside real customers."""

from __future__ import annotations

import os
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from cobranca.simulador.estado import Opcoes
from cobranca.simulador.servidor import servir
from nucleo.management.base import Comando


class Command(Comando):
    help = "Sobe o gateway de WhatsApp simulado (só em 127.0.0.1, nunca em produção)"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("SIMULADOR_PORT", "8090")))
        parser.add_argument(
            "--estrito",
            action="store_true",
            help="instância desconhecida responde 404 e chave errada 401, como o servidor real",
        )
        parser.add_argument("--chave-global", default=Opcoes().chave_global)

    def executar(self, **opcoes: Any) -> None:
        if settings.PRODUCAO:
            raise CommandError("O gateway simulado não roda em produção.")
        porta = opcoes["port"]
        if not 0 < porta <= 65535:
            raise CommandError("--port: a porta vai de 1 a 65535.")
        configuracao = Opcoes(estrito=opcoes["estrito"], chave_global=opcoes["chave_global"])
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        self.stdout.write(f"Gateway simulado em http://127.0.0.1:{porta} (Ctrl-C encerra)")
        self.stdout.flush()
        try:
            servir(porta=porta, pasta=_pasta(), opcoes=configuracao)
        except KeyboardInterrupt:
            self.stdout.write("Gateway simulado encerrado.")
        except OSError as erro:
            raise CommandError(f"Não foi possível usar a porta {porta}: {erro.strerror}.") from erro


def _pasta() -> Path:
    base = getattr(settings, "DADOS_DIR", None) or os.environ.get("DADOS_DIR", ".dados")
    return Path(base) / "simulador"
