"""The base of the commands that bring in a spreadsheet: progress, errors per row, going on after a kill."""

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError

from nucleo.escopo import escopo
from nucleo.exportacao import ArquivoDeErros
from nucleo.importacao import Progresso
from nucleo.management.base import Comando, empresa_por_slug
from nucleo.models import Empresa, ImportacaoDeArquivo
from nucleo.planilhas import ErroDeLinha, contar_linhas
from nucleo.services.importacao import progresso_da

_ANUNCIA_A_CADA = 1000


class ComandoDeImportacao(Comando):
    """A command names the services that open, run and preview an import; the rest is the same for all."""

    relata = True
    por_empresa = True
    verbo = "gravadas"

    # (empresa, ator, caminho) -> the import of this file, found or begun
    abrir: ClassVar[Callable[..., ImportacaoDeArquivo]]
    # (empresa, ator, importacao, caminho, registrar_erros, ao_progredir) -> totals, having run the rest
    importar: ClassVar[Callable[..., Progresso]]
    # (empresa, caminho) -> totals and errors, having written nothing; None: this import has no preview
    conferir: ClassVar[Callable[..., tuple[Progresso, list[ErroDeLinha]]] | None] = None

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("arquivo", metavar="ARQUIVO", type=Path)
        if self.conferir is not None:
            parser.add_argument(
                "--conferir", action="store_true", help="só mostra o que seria recusado, nada é gravado"
            )

    def executar(self, *, empresa: str, arquivo: Path, como_json: bool, **opcoes: Any) -> None:
        if not arquivo.is_file():
            raise CommandError(f"O arquivo {arquivo} não existe.")
        alvo = empresa_por_slug(empresa)
        self.mostrar = not como_json and opcoes.get("verbosity", 1) > 0
        try:
            with escopo(alvo):
                progresso = self.trabalhar(alvo, arquivo, **opcoes)
        except OSError as exc:
            raise CommandError(f"{exc.filename or arquivo}: {exc.strerror}.") from exc
        lidas, erros = f"{progresso.lidas} linhas lidas", f"{progresso.com_erro} com erro"
        texto = f"{lidas}, {progresso.gravadas} {self.verbo}, {erros}."
        if progresso.com_erro:
            texto += f" Erros em {arquivo.name}.erros.csv."
        self.relatar(asdict(progresso), texto, como_json=como_json)

    def trabalhar(self, empresa: Empresa, arquivo: Path, **opcoes: Any) -> Progresso:
        """Bring the file in, inside the empresa's scope; return the totals of all runs."""
        if opcoes.get("conferir"):
            return self._conferir(empresa, arquivo)
        importacao = self.abrir(empresa=empresa, ator=self.ator, caminho=arquivo)
        if importacao.concluida_em is not None:
            self.stderr.write("Este arquivo já foi importado por inteiro; nada a fazer.")
            return progresso_da(importacao)
        self.total, self.anunciadas = contar_linhas(arquivo), importacao.lidas // _ANUNCIA_A_CADA
        if importacao.ate_linha and self.mostrar:
            self.stdout.write(f"Continuando depois da linha {importacao.ate_linha}.")
        with ArquivoDeErros(arquivo, ate_linha=importacao.ate_linha) as destino:
            return self.importar(
                empresa=empresa,
                ator=self.ator,
                importacao=importacao,
                caminho=arquivo,
                registrar_erros=destino.registrar,
                ao_progredir=self._progredir,
            )

    def _conferir(self, empresa: Empresa, arquivo: Path) -> Progresso:
        assert self.conferir is not None  # noqa: S101 - else there is no such option
        self.verbo = "passariam"
        progresso, erros = self.conferir(empresa=empresa, caminho=arquivo)
        if erros:
            with ArquivoDeErros(arquivo) as destino:
                destino.registrar(erros)
        return progresso

    def _progredir(self, progresso: Progresso) -> None:
        milhares = progresso.lidas // _ANUNCIA_A_CADA
        if self.mostrar and milhares > self.anunciadas:
            self.anunciadas = milhares
            self.stdout.write(f"{progresso.lidas} de {self.total} linhas, {progresso.com_erro} com erro")
            self.stdout.flush()
