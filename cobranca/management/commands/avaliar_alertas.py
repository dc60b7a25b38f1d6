from typing import Any

from cobranca.services.manutencao import alertas_avaliar_todos
from nucleo.management.base import Comando, empresas_escolhidas


class Command(Comando):
    help = "Avalia agora as regras de alerta da cobrança."
    relata = True
    por_empresa = False

    def executar(self, *, empresa: str | None, como_json: bool, **_: Any) -> None:
        abertos = alertas_avaliar_todos(list(empresas_escolhidas(empresa)))
        texto = "\n".join(
            f"{slug or 'instalação'}: {', '.join(chaves)}" for slug, chaves in abertos.items() if chaves
        )
        self.relatar(abertos, texto or "Nenhum alerta aberto.", como_json=como_json)
