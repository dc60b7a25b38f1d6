import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings

from cobranca.services import rodadas
from nucleo.management.base import Comando, empresa_por_slug


class Command(Comando):
    help = "Envia as mensagens devidas: uma rodada (--uma-vez) ou rodadas sem fim."
    relata = True
    por_empresa = False

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("--uma-vez", action="store_true", help="uma rodada só")

    def executar(self, *, empresa: str | None, uma_vez: bool, como_json: bool, **_: Any) -> None:
        alvo = empresa_por_slug(empresa) if empresa else None
        while True:
            relatos = self._rodada(alvo)
            if relatos or uma_vez:
                self.relatar([asdict(r) for r in relatos], self._texto(relatos), como_json=como_json)
            if uma_vez:
                return
            time.sleep(settings.COBRANCA_RODADA_S)

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
