from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from clientes.services.importacao import importacao_abrir, importacao_conferir, importacao_executar
from nucleo.exportacao import ArquivoDeErros
from nucleo.importacao import Progresso
from nucleo.management.importacao import ComandoDeImportacao
from nucleo.models import Empresa


class Command(ComandoDeImportacao):
    help = "Importa clientes de CSV ou XLSX, em blocos de 100; o mesmo arquivo continua onde parou."
    abrir = staticmethod(importacao_abrir)
    importar = staticmethod(importacao_executar)

    def argumentos(self, parser: ArgumentParser) -> None:
        super().argumentos(parser)
        parser.add_argument("--conferir", action="store_true", help="só mostra o que seria recusado")

    def trabalhar(self, empresa: Empresa, arquivo: Path, **opcoes: Any) -> Progresso:
        if not opcoes["conferir"]:
            return super().trabalhar(empresa, arquivo, **opcoes)
        self.verbo = "passariam"
        progresso, erros = importacao_conferir(empresa=empresa, caminho=arquivo)
        if erros:
            with ArquivoDeErros(arquivo) as destino:
                destino.registrar(erros)
        return progresso
