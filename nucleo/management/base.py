"""The base of every command: clear errors, `--json` where it reports, `--empresa` where it concerns one."""

import json
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError

from nucleo.ator import Ator
from nucleo.errors import ErroDeNegocio
from nucleo.escopo import visao_do_dono
from nucleo.models import Empresa

# PostgreSQL's words for a table and a column that are not there.
_ESQUEMA_INCOMPLETO = {"42P01", "42703"}
# What Python's own reader says about a bad command line, in the language of everything else.
_FRASES = (
    (r"the following arguments are required: (.+)", r"falta informar \1"),
    (r"argument (.+?): expected one argument", r"\1: falta o valor"),
    (r"argument (.+?): invalid int value: (.+)", r"\1: \2 não é um número inteiro"),
    (r"argument (.+?): invalid \w+ value: (.+)", r"\1: \2 não serve"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", r"\1: \2 não é um de \3"),
    (r"unrecognized arguments: (.+)", r"argumento desconhecido: \1"),
    (r"argument (.+?): (.+)", r"\1: \2"),
)


class _Leitor(CommandParser):
    """A bad command line is one clear line too: the page of usage stays with --help."""

    def error(self, message: str) -> NoReturn:
        for forma, frase in _FRASES:
            if achado := re.fullmatch(forma, message):
                message = achado.expand(frase)
                break
        if not self.called_from_command_line:
            raise CommandError(message)
        self.exit(2, f"{message}. Veja: {self.prog} --help\n")


class Comando(BaseCommand):
    """A command that exits non-zero with one clear line when it cannot do its work."""

    relata = False
    por_empresa: bool | None = None  # True: --empresa required, False: optional (all), None: no option
    ator = Ator("comando")

    def create_parser(self, prog_name: str, subcommand: str, **opcoes: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **opcoes)
        parser.__class__ = _Leitor  # Django names its class inside the method: no other way in
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        if self.relata:
            parser.add_argument("--json", action="store_true", dest="como_json", help="resposta em JSON")
        if self.por_empresa is not None:
            parser.add_argument("--empresa", required=self.por_empresa, metavar="SLUG", help="uma empresa só")
        self.argumentos(parser)

    def argumentos(self, parser: ArgumentParser) -> None:
        """Arguments of the command itself."""

    def handle(self, *args: Any, **opcoes: Any) -> None:
        try:
            self.executar(**opcoes)
        except ErroDeNegocio as exc:
            campo = f"{exc.field}: " if exc.field and not exc.detail.startswith(f"{exc.field}:") else ""
            raise CommandError(f"{campo}{exc.detail} [{exc.code}]") from exc
        except (OperationalError, InterfaceError, ProgrammingError) as exc:
            motivo = _do_banco(exc)
            if motivo is None:
                raise
            raise CommandError(motivo) from exc

    def executar(self, *args: Any, **opcoes: Any) -> None:
        """The work itself; domain errors become one clear line."""
        raise NotImplementedError

    def relatar(self, dados: Any, texto: str, *, como_json: bool) -> None:
        """Print the report once, as text or JSON."""
        self.stdout.write(
            json.dumps(dados, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2) if como_json else texto
        )


def _do_banco(exc: DatabaseError | InterfaceError) -> str | None:
    """One line for a database that is not prepared or does not answer; None where the fault is ours."""
    linha = (str(exc).strip().splitlines() or ["sem resposta"])[0]
    # The role comes with the first migration.
    if (
        getattr(exc.__cause__, "pgcode", None) in _ESQUEMA_INCOMPLETO
        or 'role "inquilino" does not exist' in linha
    ):
        return (
            "O banco não está preparado para esta versão do programa: rode 'python manage.py migrate' "
            "(o 'make run' faz isso sozinho)."
        )
    return None if isinstance(exc, ProgrammingError) else f"O banco não respondeu: {linha}"


def empresa_por_slug(slug: str) -> Empresa:
    """Find one company by its identifier (the operator names it; no scope yet)."""
    with visao_do_dono("comando: encontrar a empresa pelo identificador"):
        empresa = Empresa.objects.filter(slug=slug).first()
    if empresa is None:
        raise CommandError(f"--empresa: não existe empresa com o identificador {slug!r}.")
    return empresa


def empresas_escolhidas(slug: str | None) -> Iterator[Empresa]:
    """The named company, or every active one."""
    if slug:
        yield empresa_por_slug(slug)
        return
    with visao_do_dono("comando: listar as empresas para trabalhar em cada uma"):
        todas = list(Empresa.objects.filter(ativa=True))
    yield from todas
