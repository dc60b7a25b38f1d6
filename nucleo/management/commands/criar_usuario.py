import os
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from nucleo.management.base import Comando, empresa_por_slug
from nucleo.models import Usuario
from nucleo.services.empresas import usuario_criar


class Command(Comando):
    help = "Cria uma pessoa com um perfil, ou dá mais um perfil a uma pessoa."
    por_empresa = True

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("login", metavar="LOGIN")
        parser.add_argument("--perfil", required=True)
        parser.add_argument("--senha-env", metavar="VAR", help="variável de ambiente com a senha")

    def executar(self, *, login: str, empresa: str, perfil: str, senha_env: str | None, **_: Any) -> None:
        alvo = empresa_por_slug(empresa)
        existe = Usuario.objects.filter(username=login).exists()
        usuario_criar(
            empresa=alvo,
            login=login,
            perfil=perfil,
            senha=None if existe else _senha(senha_env),
            ator=self.ator,
        )
        self.stdout.write(f"{login} tem o perfil {perfil} em {alvo.slug}.")


def _perguntada() -> str:
    # Without a terminal getpass would show the password, or wait for a script that never answers.
    if not sys.stdin.isatty():
        raise CommandError("senha: sem terminal para perguntá-la; use --senha-env VAR.")
    return getpass("Senha: ")


def _senha(variavel: str | None) -> str:
    senha = os.environ.get(variavel, "") if variavel else _perguntada()
    if not senha:
        raise CommandError(f"senha: a variável {variavel} está vazia." if variavel else "senha: vazia.")
    try:
        validate_password(senha)
    except ValidationError as exc:
        raise CommandError(f"senha: {' '.join(exc.messages)}") from exc
    return senha
