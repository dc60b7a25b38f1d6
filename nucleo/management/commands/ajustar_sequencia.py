from argparse import ArgumentParser
from typing import Any

from nucleo.escopo import escopo
from nucleo.management.base import Comando, empresa_por_slug
from nucleo.series import provedor_da_serie


class Command(Comando):
    help = "Move o contador de uma série para a frente (mudança de outro sistema); nunca para trás."
    por_empresa = True

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("--serie", required=True, help="como em proximos_numeros: CLI-4106902, ORC-2026")
        parser.add_argument("--ultimo", required=True, metavar="N", help="último número já usado")

    def executar(self, *, empresa: str, serie: str, ultimo: str, **_: Any) -> None:
        alvo = empresa_por_slug(empresa)
        provedor = provedor_da_serie(serie.strip().upper())
        with escopo(alvo):
            agora = provedor.ajustar(
                empresa=alvo, serie=serie.strip().upper(), ultimo=ultimo.strip().upper(), ator=self.ator
            )
        self.stdout.write(f"{agora.serie}: último {agora.ultimo or '-'}, próximo {agora.proximo}.")
