from argparse import ArgumentParser
from typing import Any

from nucleo.management.base import Comando
from nucleo.services.empresas import empresa_criar


class Command(Comando):
    help = "Cria uma empresa com perfis, régua e templates padrão."

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--nome", required=True)
        parser.add_argument("--fuso", default="America/Sao_Paulo")

    def executar(self, *, slug: str, nome: str, fuso: str, **_: Any) -> None:
        empresa = empresa_criar(slug=slug, nome=nome, fuso=fuso)
        self.stdout.write(f"Empresa {empresa.slug} criada: {empresa.nome}.")
