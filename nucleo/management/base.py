"""The base of every command: clear errors, `--json` where it reports, `--empresa` where it concerns one."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError

from nucleo.ator import Ator
from nucleo.errors import ErroDeNegocio
from nucleo.escopo import visao_do_dono
from nucleo.models import Empresa

# PostgreSQL's words for a table and a column that are not there.
_ESQUEMA_INCOMPLETO = {"42P01", "42703"}


class Comando(BaseCommand):
    """A command that exits non-zero with one clear line when it cannot do its work."""

    relata = False
    por_empresa: bool | None = None  # True: --empresa required, False: optional (all), None: no option
    ator = Ator("comando")

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
            campo = f"{exc.field}: " if exc.field else ""
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
    if getattr(exc.__cause__, "pgcode", None) in _ESQUEMA_INCOMPLETO or 'role "inquilino"' in linha:
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
