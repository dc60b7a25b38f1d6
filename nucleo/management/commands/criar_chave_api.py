from argparse import ArgumentParser
from typing import Any

from nucleo.escopo import escopo
from nucleo.management.base import Comando, empresa_por_slug
from nucleo.services.chaves import chave_criar


class Command(Comando):
    help = "Cria uma chave de API e a mostra uma única vez, sozinha na última linha."
    por_empresa = True

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("--nome", required=True)

    def executar(self, *, empresa: str, nome: str, **_: Any) -> None:
        alvo = empresa_por_slug(empresa)
        with escopo(alvo):
            _chave, texto = chave_criar(empresa=alvo, nome=nome, ator=self.ator)
        self.stdout.write(f"Chave de API de {alvo.slug} ({nome}). Guarde-a: ela não será mostrada de novo.")
        self.stdout.write(texto)
