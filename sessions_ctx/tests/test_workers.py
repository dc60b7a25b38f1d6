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


def _pedir(metodo: str, url: str, **mais: object) -> httpx.Response:
    """A new connection each time, so that any worker may answer; a killed one is asked again."""
    for _ in range(50):
        try:
            return httpx.request(metodo, url, timeout=20, **mais)
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
        entrou = _pedir("POST", f"{sessao}/entrar/", json={"usuario": f"p{n}", "senha": "senha-de-teste-1"})
        assert entrou.status_code == 200, entrou.text
        biscoitos = dict(entrou.cookies)
        cabecalhos = {"X-CSRFToken": entrou.json()["csrf_token"], "Referer": self.servidor.base}
        velhas = 0
        for i in range(self.trocas):
            perfil = self.perfis[i % 2]
            troca = _pedir(
                "POST", f"{sessao}/contexto/", json={"perfil": perfil}, cookies=biscoitos, headers=cabecalhos
            )
            # A stale worker (the control) takes the switch for one that came too late.
            assert troca.status_code in {200, 409}, troca.text
            velhas += troca.status_code == 409
            self._contar()
            for _ in range(LEITURAS):
                lido = _pedir("GET", f"{sessao}/contexto/", cookies=biscoitos)
                velhas += lido.status_code != 200 or lido.json()["perfil"]["id"] != perfil
        return velhas

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
