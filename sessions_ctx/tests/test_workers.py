"""The fault this app grew out of: a switch made on one worker, read on another.

`TROCAS=2000 pytest sessions_ctx/tests/test_workers.py` runs the long form.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from nucleo.models import Perfil
from nucleo.services.empresas import empresa_criar
from nucleo.tests.factories import UsuarioFactory, VinculoFactory
from sessions_ctx.tests.servidor import Servidor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concorrencia]
PESSOAS = 20
TROCAS = int(os.environ.get("TROCAS", "40"))
LEITURAS = 4


@pytest.fixture
def perfis() -> list[int]:
    papeis = [
        Perfil.objects.get(empresa=empresa_criar(slug=slug, nome=slug), nome="gerente")
        for slug in ("alfa", "beta")
    ]
    for n in range(PESSOAS):
        pessoa = UsuarioFactory(username=f"p{n}", is_staff=True)
        for papel in papeis:
            VinculoFactory(usuario=pessoa, perfil=papel)
    return [papel.pk for papel in papeis]


def _pessoa_no_computador() -> httpx.Client:
    """A new connection for each request, so that any worker may answer; one client, since each loads TLS."""
    return httpx.Client(timeout=20, limits=httpx.Limits(max_keepalive_connections=0))


def _pedir(cliente: httpx.Client, metodo: str, url: str, **mais: object) -> httpx.Response:
    """Ask again where the worker that had the request was killed."""
    for _ in range(50):
        try:
            return cliente.request(metodo, url, **mais)
        except httpx.TransportError:
            continue
    raise AssertionError("nenhum worker respondeu")


class Corrida:
    """Twenty people switching at once; a worker is killed at each quarter of the way."""

    def __init__(self, servidor: Servidor, perfis: list[int], *, matar: bool) -> None:
        self.servidor, self.perfis = servidor, perfis
        self.trocas = max(2, TROCAS // PESSOAS)
        total = self.trocas * PESSOAS
        self.mortes = {total // 4, total // 2, 3 * total // 4} if matar else set()
        self.feitas = 0
        self.trava = threading.Lock()

    def velhas(self) -> int:
        with ThreadPoolExecutor(PESSOAS) as pessoas:
            return sum(pessoas.map(self._pessoa, range(PESSOAS)))

    def _pessoa(self, n: int) -> int:
        """Switch back and forth; after each switch read it back several times. Return the stale answers."""
        sessao = f"{self.servidor.base}/api/v1/sessao"
        with _pessoa_no_computador() as cliente:
            senha = {"usuario": f"p{n}", "senha": "senha-de-teste-1"}
            entrou = _pedir(cliente, "POST", f"{sessao}/entrar/", json=senha)
            assert entrou.status_code == 200, entrou.text
            cliente.headers.update(
                {"X-CSRFToken": entrou.json()["csrf_token"], "Referer": self.servidor.base}
            )
            return sum(self._trocar(cliente, sessao, self.perfis[i % 2]) for i in range(self.trocas))

    def _trocar(self, cliente: httpx.Client, sessao: str, perfil: int) -> int:
        troca = _pedir(cliente, "POST", f"{sessao}/contexto/", json={"perfil": perfil})
        # A stale worker (the control) takes the switch for one that came too late.
        assert troca.status_code in {200, 409}, troca.text
        self._contar()
        lidos = [_pedir(cliente, "GET", f"{sessao}/contexto/") for _ in range(LEITURAS)]
        erradas = [r for r in lidos if r.status_code != 200 or r.json()["perfil"]["id"] != perfil]
        return len(erradas) + (troca.status_code == 409)

    def _contar(self) -> None:
        with self.trava:
            self.feitas += 1
            if self.feitas in self.mortes:
                self.servidor.matar_um()


def test_a_switch_is_what_every_worker_sees_next_also_while_workers_are_killed(perfis: list[int]) -> None:
    with Servidor() as servidor:
        assert len(servidor.workers()) == 4
        assert Corrida(servidor, perfis, matar=True).velhas() == 0


def test_the_same_test_finds_a_module_level_cache(perfis: list[int]) -> None:
    """Positive control."""
    with Servidor("config.tests.wsgi_com_cache") as servidor:
        assert Corrida(servidor, perfis, matar=False).velhas() > 0
