import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from cobranca.services.instancias import CABECALHO_DO_SEGREDO, instancia_criar
from nucleo.escopo import escopo
from nucleo.management.base import Comando, empresa_por_slug


class Command(Comando):
    help = "Registra um número de WhatsApp ligado a um servidor da Evolution API."
    por_empresa = True

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("--nome", required=True, help="nome da instância na Evolution API")
        parser.add_argument("--url", required=True, help="endereço do servidor")
        parser.add_argument("--chave-env", required=True, metavar="VAR", help="variável com a chave")
        parser.add_argument("--por-minuto", type=int, default=20, help="mensagens por minuto (0: sem limite)")
        parser.add_argument("--ordem", type=int, default=1, help="preferência entre as instâncias")
        parser.add_argument("--aquecimento-dias", type=int, default=0)

    def executar(self, *, empresa: str, nome: str, url: str, chave_env: str, **opcoes: Any) -> None:
        chave = os.environ.get(chave_env, "")
        if not chave:
            raise CommandError(f"--chave-env: a variável {chave_env} está vazia.")
        alvo = empresa_por_slug(empresa)
        with escopo(alvo):
            instancia, segredo = instancia_criar(
                empresa=alvo,
                ator=self.ator,
                nome=nome,
                url=url,
                chave=chave,
                por_minuto=opcoes["por_minuto"],
                ordem=opcoes["ordem"],
                aquecimento_dias=opcoes["aquecimento_dias"],
            )
        self.stdout.write(f"Instância {instancia.nome} criada em {alvo.slug}.")
        self.stdout.write(f"Webhook: /webhooks/evolution/{instancia.codigo}/")
        self.stdout.write(f"Cabeçalho do webhook (mostrado só agora): {CABECALHO_DO_SEGREDO}: {segredo}")
