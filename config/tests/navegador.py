"""A real browser on a real server: fixtures `servidor` and `navegador`, for every app's tests.

    @pytest.mark.navegador
    @pytest.mark.django_db(transaction=True)
    def test_...(navegador):
        navegador.entrar("maria", SENHA)
        navegador.abrir("/admin/")

A page that asks another host for anything, or writes an error to the console, fails its test.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

from config.tests.servidor import Servidor, gunicorn

_NOMES = ("chromium", "chromium-browser", "google-chrome")
_LOCAIS = ("data:", "blob:", "about:")


@dataclass
class Navegador:
    """One person at one browser: a page, and what went wrong on it."""

    servidor: Servidor
    pagina: Page
    falhas: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pagina.set_default_timeout(15_000)
        self.pagina.on("request", self._pedido)
        self.pagina.on("console", self._console)
        self.pagina.on("pageerror", lambda erro: self.falhas.append(f"JavaScript: {erro}"))

    def _pedido(self, pedido: Request) -> None:
        if not pedido.url.startswith((self.servidor.endereco, *_LOCAIS)):
            self.falhas.append(f"pedido a outro endereço: {pedido.url} em {self.pagina.url}")

    def _console(self, linha: ConsoleMessage) -> None:
        # The browser's own note about a 4xx page is the answer that the test asked for.
        if linha.type == "error" and "Failed to load resource" not in linha.text:
            self.falhas.append(f"console: {linha.text} em {self.pagina.url}")

    def abrir(self, caminho: str) -> Response:
        """Open a page of the office and return its answer."""
        resposta = self.pagina.goto(f"{self.servidor}{caminho}")
        assert resposta is not None
        return resposta

    def entrar(self, login: str, senha: str, perfil: str = "") -> None:
        """Log in through the form; where several perfis are offered, choose the one named."""
        resposta = self.abrir("/admin/login/")
        assert resposta.status == 200, self.servidor.diario.read_text()[-3000:]
        self.pagina.fill("input[name=username]", login)
        self.pagina.fill("input[name=password]", senha)
        with self.pagina.expect_navigation():
            self.pagina.press("input[name=password]", "Enter")
        if perfil:
            with self.pagina.expect_navigation():
                self.pagina.click(f"button[name=perfil]:has-text({perfil!r})")

    def outra_aba(self) -> "Navegador":
        """Open another tab: the same cookies, and what goes wrong on it counts here too."""
        return Navegador(self.servidor, self.pagina.context.new_page(), self.falhas)

    @property
    def caminho(self) -> str:
        return urlsplit(self.pagina.url).path

    def conferir(self) -> None:
        """Fail with everything that went wrong so far."""
        assert self.falhas == []


def _chromium() -> str:
    for nome in _NOMES:
        if achado := shutil.which(nome):
            return achado
    pytest.fail("Estes testes precisam do Chromium: instale-o (no Debian: apt-get install -y chromium).")


@pytest.fixture
def servidor(transactional_db: None) -> Iterator[Servidor]:
    """gunicorn over this process's test database, new for each test.

    The flush between tests gives content types new ids; a server that outlived it would keep the old ones.
    """
    with gunicorn() as este:
        yield este


@pytest.fixture(scope="session")
def _chromium_aberto() -> Iterator[Browser]:
    # The synchronous client keeps an event loop in this thread; Django would take us for asynchronous code.
    antes = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as motor:
        raiz = ["--no-sandbox"] if os.geteuid() == 0 else []
        navegador = motor.chromium.launch(executable_path=_chromium(), args=raiz)
        yield navegador
        navegador.close()
    if antes is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def abrir_navegador(servidor: Servidor, _chromium_aberto: Browser) -> Iterator[Callable[[], Navegador]]:
    """Open as many separate browsers (cookies of their own) as the test needs."""
    abertos: list[Navegador] = []

    def abrir() -> Navegador:
        janela = _chromium_aberto.new_context(
            locale="pt-BR", timezone_id="America/Sao_Paulo", viewport={"width": 1360, "height": 850}
        )
        abertos.append(Navegador(servidor, janela.new_page()))
        return abertos[-1]

    yield abrir
    for navegador in abertos:
        navegador.pagina.context.close()
    for navegador in abertos:
        navegador.conferir()


@pytest.fixture
def navegador(abrir_navegador: Callable[[], Navegador]) -> Navegador:
    """One browser, watched: see the head of this module."""
    return abrir_navegador()
