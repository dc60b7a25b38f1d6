from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from config.demo import EMPRESAS, demo_pendente, empresa_demo_carregar
from nucleo.management.base import Comando


class Command(Comando):
    help = "Carrega as empresas de demonstração. Pode ser repetido: completa o que faltar."

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--se-vazio",
            action="store_true",
            help="só se ainda não houver empresa nenhuma, ou se a carga ficou pela metade",
        )

    def executar(self, *, se_vazio: bool, **_: Any) -> None:
        if settings.PRODUCAO:
            raise CommandError("carregar_demo não roda em produção: cria o login demo/demo.")
        if se_vazio and not demo_pendente():
            self.stdout.write("Já há empresas: nada a carregar.")
            return
        for dados in EMPRESAS:
            self.stdout.write(f"Carregando {dados['nome']} ...")
            self.stdout.flush()
            empresa_demo_carregar(dados)
        self.stdout.write("Demonstração pronta: entre com demo / demo.")
