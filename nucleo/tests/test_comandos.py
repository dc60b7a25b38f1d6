from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError

from nucleo.management.base import Comando
from nucleo.management.commands import criar_usuario
from nucleo.models import ChaveApi, Empresa, Usuario, Vinculo
from nucleo.services.chaves import chave_autenticar
from nucleo.services.empresas import usuario_criar

pytestmark = pytest.mark.django_db


def _comando(*argumentos: str) -> str:
    saida = StringIO()
    call_command(*argumentos, stdout=saida)
    return saida.getvalue()


def test_criar_empresa_gives_it_the_default_perfis() -> None:
    _comando("criar_empresa", "gama", "--nome", "Gama", "--fuso", "America/Manaus")
    empresa = Empresa.objects.get(slug="gama")
    assert empresa.fuso == "America/Manaus"
    nomes = Vinculo._meta.get_field("perfil").related_model.objects.filter(empresa=empresa)
    assert set(nomes.values_list("nome", flat=True)) == {"gerente", "vendas", "estoque", "cobrança"}


@pytest.mark.parametrize(
    ("argumentos", "campo"),
    [
        (["com espaco", "--nome", "X"], "slug"),
        (["ok", "--nome", "X", "--fuso", "Marte/Olimpo"], "fuso"),
        (["ok", "--nome", "x" * 200], "nome"),
    ],
)
def test_criar_empresa_refuses_bad_fields_by_name(argumentos: list[str], campo: str) -> None:
    with pytest.raises(CommandError, match=campo):
        _comando("criar_empresa", *argumentos)
    assert not Empresa.objects.exists()


def test_criar_empresa_twice_is_refused(empresa: Empresa) -> None:
    with pytest.raises(CommandError, match="Já existe uma empresa"):
        _comando("criar_empresa", empresa.slug, "--nome", "Outra")


def test_criar_usuario_gives_one_more_perfil_to_an_existing_person(
    empresa: Empresa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENHA", "uma-senha-longa-9")
    for perfil in ("vendas", "estoque"):
        _comando(
            "criar_usuario", "ana", "--empresa", empresa.slug, "--perfil", perfil, "--senha-env", "SENHA"
        )
    assert Usuario.objects.get().check_password("uma-senha-longa-9")
    assert set(Vinculo.objects.values_list("perfil__nome", flat=True)) == {"vendas", "estoque"}


def test_criar_usuario_refuses_a_weak_password(empresa: Empresa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENHA", "123")
    with pytest.raises(CommandError, match="senha"):
        _comando(
            "criar_usuario", "ana", "--empresa", empresa.slug, "--perfil", "vendas", "--senha-env", "SENHA"
        )
    assert not Usuario.objects.exists()


def test_criar_usuario_refuses_an_unknown_perfil(empresa: Empresa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENHA", "uma-senha-longa-9")
    with pytest.raises(CommandError, match="não tem o perfil rei"):
        _comando("criar_usuario", "ana", "--empresa", empresa.slug, "--perfil", "rei", "--senha-env", "SENHA")
    assert not Usuario.objects.exists()


@pytest.mark.parametrize("login", ["", "com espaço", "x" * 151, "a/b"])
def test_criar_usuario_refuses_what_cannot_be_a_login(
    empresa: Empresa, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    monkeypatch.setenv("SENHA", "uma-senha-longa-9")
    with pytest.raises(CommandError, match=r"^login: "):
        _comando(
            "criar_usuario", login, "--empresa", empresa.slug, "--perfil", "vendas", "--senha-env", "SENHA"
        )
    assert not Usuario.objects.exists()


def test_criar_usuario_asks_no_password_of_a_script(
    empresa: Empresa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match=r"^senha: .* --senha-env"):
        _comando("criar_usuario", "ana", "--empresa", empresa.slug, "--perfil", "vendas")
    assert not Usuario.objects.exists()


@pytest.mark.parametrize(
    ("argumentos", "linha"),
    [
        (["ana"], "falta informar --empresa, --perfil. Veja: manage.py criar_usuario --help\n"),
        (["ana", "--perfil"], "--perfil: falta o valor. Veja: manage.py criar_usuario --help\n"),
        (
            ["ana", "--empresa", "e", "--perfil", "p", "--x", "1"],
            "argumento desconhecido: --x 1. Veja: manage.py criar_usuario --help\n",
        ),
        (
            ["ana", "--verbosity", "abc"],
            "-v/--verbosity: 'abc' não é um número inteiro. Veja: manage.py criar_usuario --help\n",
        ),
    ],
)
def test_a_bad_command_line_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], argumentos: list[str], linha: str
) -> None:
    with pytest.raises(SystemExit) as saida:
        criar_usuario.Command().run_from_argv(["manage.py", "criar_usuario", *argumentos])
    assert saida.value.code == 2
    assert capsys.readouterr().err == linha


def test_a_field_is_named_once() -> None:
    with pytest.raises(CommandError) as erro:
        _comando("criar_empresa", "ok", "--nome", "")
    assert str(erro.value) == "nome: Este campo não pode estar vazio. [valor_invalido]"


def test_criar_chave_api_refuses_a_name_that_says_nothing(empresa: Empresa) -> None:
    with pytest.raises(CommandError, match=r"^nome: "):
        _comando("criar_chave_api", "--empresa", empresa.slug, "--nome", " ")
    assert not ChaveApi.objects.exists()


def test_criar_chave_api_prints_a_working_key_alone_on_the_last_line(empresa: Empresa) -> None:
    saida = _comando("criar_chave_api", "--empresa", empresa.slug, "--nome", "loja")
    achada = chave_autenticar(saida.rstrip("\n").splitlines()[-1])
    assert achada is not None
    assert achada[0] == empresa.pk


def test_an_unknown_empresa_is_one_clear_line() -> None:
    with pytest.raises(CommandError, match="não existe empresa com o identificador 'nada'"):
        _comando("criar_chave_api", "--empresa", "nada", "--nome", "x")


def test_o_perfil_pode_ser_escrito_sem_acento(empresa):
    usuario_criar(empresa=empresa, login="bia", perfil="cobranca")
    assert list(Vinculo.objects.values_list("perfil__nome", flat=True)) == ["cobrança"]


def test_a_lost_database_is_one_clear_line_and_a_fault_of_ours_is_not_hidden() -> None:
    class Falha(Comando):
        def executar(self, **_: object) -> None:
            raise self.erro

    falha = Falha()
    falha.erro = OperationalError("server closed the connection unexpectedly\n\tThis probably means ...")
    with pytest.raises(CommandError) as recusa:
        call_command(falha)
    assert str(recusa.value) == "O banco não respondeu: server closed the connection unexpectedly"
    falha.erro = ProgrammingError("syntax error")
    with pytest.raises(ProgrammingError):
        call_command(falha)
