from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from clientes.services.ensaio import MUNICIPIOS, ensaio_executar
from nucleo.management.base import Comando


class Command(Comando):
    help = "Vários processos criam clientes ao mesmo tempo numa empresa descartável; tudo é removido."
    relata = True

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("--processos", type=int, default=8, metavar="N")
        parser.add_argument("--por-processo", type=int, default=100, metavar="M")
        parser.add_argument("--municipios", type=int, default=1, help=f"de 1 a {len(MUNICIPIOS)}")

    def executar(
        self, *, processos: int, por_processo: int, municipios: int, como_json: bool, **_: Any
    ) -> None:
        if not (1 <= processos <= 64 and por_processo >= 1 and 1 <= municipios <= len(MUNICIPIOS)):
            raise CommandError(
                f"Use de 1 a 64 processos, 1 ou mais clientes e de 1 a {len(MUNICIPIOS)} municípios."
            )
        ensaio = ensaio_executar(processos=processos, por_processo=por_processo, municipios=municipios)
        texto = (
            f"{ensaio.processos} processos, {ensaio.municipios} municípios: {ensaio.criados} de"
            f" {ensaio.esperados} clientes em {ensaio.segundos} s ({ensaio.por_segundo}/s);"
            f" {ensaio.duplicados} duplicados, {ensaio.lacunas} lacunas, {len(ensaio.erros)} erros."
        )
        self.relatar(asdict(ensaio) | {"aprovado": ensaio.aprovado}, texto, como_json=como_json)
        if not ensaio.aprovado:
            raise CommandError("A geração de códigos não passou no ensaio.")
