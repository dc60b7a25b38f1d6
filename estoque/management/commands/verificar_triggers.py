from typing import Any

from django.core.management.base import CommandError

from estoque.selectors.validacao import triggers_com_problema
from nucleo.management.base import Comando


class Command(Comando):
    help = "Confere se os triggers do estoque existem e estão ligados."
    relata = True

    def executar(self, *, como_json: bool, **_: Any) -> None:
        problemas = triggers_com_problema()
        texto = "\n".join(problemas) or "Todos os triggers do estoque estão presentes e ligados."
        self.relatar({"ok": not problemas, "problemas": problemas}, texto, como_json=como_json)
        if problemas:
            raise CommandError(f"{len(problemas)} trigger(s) do estoque com problema.")
