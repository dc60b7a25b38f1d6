from argparse import ArgumentParser
from typing import Any

from nucleo.management.base import Comando
from sessions_ctx.services.acesso import tentativas_esquecer


class Command(Comando):
    help = "Libera um login bloqueado por senhas erradas."

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("login", metavar="LOGIN")

    def executar(self, *, login: str, **_: Any) -> None:
        havia = tentativas_esquecer(login=login)
        self.stdout.write(f"{login}: liberado." if havia else f"{login}: não estava bloqueado.")
