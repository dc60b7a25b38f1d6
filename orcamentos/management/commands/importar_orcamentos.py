from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from nucleo.escopo import escopo
from nucleo.exportacao import ArquivoDeErros
from nucleo.importacao import Progresso
from nucleo.management.base import Comando, empresa_por_slug
from nucleo.models import Empresa
from nucleo.planilhas import contar_linhas
from orcamentos.services.importacao import importacao_abrir, importacao_executar


class Command(Comando):
    help = "Importa orçamentos de CSV ou XLSX, uma linha por item; o mesmo arquivo continua onde parou."
    relata = True
    por_empresa = True

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("arquivo", metavar="ARQUIVO", type=Path)

    def executar(self, *, empresa: str, arquivo: Path, como_json: bool, **opcoes: Any) -> None:
        if not arquivo.is_file():
            raise CommandError(f"O arquivo {arquivo} não existe.")
        alvo = empresa_por_slug(empresa)
        self.mostrar = not como_json and opcoes.get("verbosity", 1) > 0
        with escopo(alvo):
            progresso = self._importar(alvo, arquivo)
        texto = (
            f"{progresso.lidas} linhas lidas, {progresso.gravadas} gravadas, {progresso.com_erro} com erro."
        )
        if progresso.com_erro:
            texto += f" Erros em {arquivo.name}.erros.csv."
        self.relatar(asdict(progresso), texto, como_json=como_json)

    def _importar(self, empresa: Empresa, arquivo: Path) -> Progresso:
        importacao = importacao_abrir(empresa=empresa, caminho=arquivo)
        self.total = contar_linhas(arquivo)
        if importacao.ate_linha and self.mostrar:
            self.stdout.write(f"Continuando depois da linha {importacao.ate_linha}.")
        with ArquivoDeErros(arquivo, ate_linha=importacao.ate_linha) as destino:
            return importacao_executar(
                empresa=empresa,
                ator=self.ator,
                importacao=importacao,
                caminho=arquivo,
                registrar_erros=destino.registrar,
                ao_progredir=self._progredir,
            )

    def _progredir(self, progresso: Progresso) -> None:
        if self.mostrar and progresso.lidas % 1000 < 100:
            self.stdout.write(f"{progresso.lidas} de {self.total} linhas, {progresso.com_erro} com erro")
            self.stdout.flush()
