"""A scratch set of embedded servers per test, and an attacker with another company to attack."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from config.embutido import Servidores, garantir, postgres, valkey
from config.embutido.pastas import Pastas, caminho_soquetes
from config.tests.linhas import Linhas, povoar
from nucleo.models import Empresa, Perfil
from nucleo.tests.factories import UsuarioFactory, VinculoFactory


@pytest.fixture
def pastas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pastas]:
    """An empty DADOS_DIR, and an environment that names no server."""
    for nome in ("DATABASE_URL", "REDIS_URL", "PGHOST"):
        # Set first, so that what the launcher writes there is undone as well.
        monkeypatch.setenv(nome, "")
        monkeypatch.delenv(nome)
    raiz = tmp_path / "dados"
    monkeypatch.setenv("DADOS_DIR", str(raiz))
    scratch = Pastas(raiz.resolve(), sem_fsync=True)
    yield scratch
    valkey.parar(scratch)
    postgres.parar(scratch)
    for pasta in caminho_soquetes(scratch, 0).parent.glob(f"bo-*-{scratch.marca}"):
        for arquivo in pasta.iterdir():
            arquivo.unlink()
        pasta.rmdir()


@pytest.fixture
def servidores(pastas: Pastas) -> Iterator[Servidores]:
    """Running servers that this process holds."""
    seguros = garantir(pastas)
    assert seguros is not None
    yield seguros
    seguros.liberar()


@pytest.fixture
def linhas(outra_empresa: Empresa) -> Linhas:
    return povoar(outra_empresa)


@pytest.fixture
def atacante(empresa: Empresa) -> Client:
    usuario = UsuarioFactory(username="atacante", is_staff=True)
    perfil = Perfil.objects.create(empresa=empresa, nome="tudo")
    perfil.permissoes.set(Permission.objects.all())
    VinculoFactory(usuario=usuario, perfil=perfil)
    navegador = Client(raise_request_exception=False)
    navegador.force_login(usuario)
    return navegador
