import logging
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from cobranca.services import rodadas
from nucleo.management.base import Comando, empresa_por_slug

logger = logging.getLogger(__name__)


class Command(Comando):
    help = "Envia as mensagens devidas: uma rodada (--uma-vez) ou rodadas sem fim."
    relata = True
    por_empresa = False

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("--uma-vez", action="store_true", help="uma rodada só")

    def executar(self, *, empresa: str | None, uma_vez: bool, como_json: bool, **_: Any) -> None:
        alvo = empresa_por_slug(empresa) if empresa else None
        if uma_vez:
            self._relatar(self._rodada(alvo), como_json)
            return
        while True:
            try:
                if relatos := self._rodada(alvo):
                    self._relatar(relatos, como_json)
            except (OperationalError, InterfaceError) as exc:
                # The database went away: whatever was in flight is found again by its token.
                logger.warning("banco fora do ar; nova tentativa na próxima rodada: %s", exc)
                connection.close()
            time.sleep(settings.COBRANCA_RODADA_S)

    def _relatar(self, relatos: list[rodadas.RodadaDaEmpresa], como_json: bool) -> None:
        self.relatar([asdict(r) for r in relatos], self._texto(relatos), como_json=como_json)

    def _rodada(self, alvo: Any) -> list[rodadas.RodadaDaEmpresa]:
        rodadas.rodada_registrar()
        empresas = [alvo] if alvo else rodadas.empresas_a_atender()
        return [rodadas.rodada_da_empresa(empresa=empresa) for empresa in empresas]

    def _texto(self, relatos: list[rodadas.RodadaDaEmpresa]) -> str:
        if not relatos:
            return "Nada a enviar."
        return "\n".join(
            f"{r.empresa}: {r.enviadas} enviadas, {r.outras} não enviadas, {r.ensaiadas} ensaiadas, "
            f"{r.recuperadas.total()} recuperadas" + (f" ({r.motivo})" if r.motivo else "")
            for r in relatos
        )
