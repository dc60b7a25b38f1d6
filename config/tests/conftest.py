"""A scratch set of embedded servers per test: data and sockets of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embutido import Servidores, garantir, postgres, valkey
from config.embutido.pastas import Pastas, caminho_soquetes


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
