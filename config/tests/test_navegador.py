"""The browser frame itself: a person gets in, and what a page does wrong is seen."""

import pytest

from config.tests.navegador import Navegador
from nucleo.models import Empresa
from nucleo.services.empresas import usuario_criar

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
SENHA = "senha-de-teste-1"


@pytest.fixture
def maria(empresa: Empresa) -> str:
    usuario_criar(empresa=empresa, login="maria", perfil="gerente", senha=SENHA)
    return "maria"


def test_uma_pessoa_entra_no_escritorio(maria: str, navegador: Navegador) -> None:
    navegador.entrar(maria, SENHA)
    assert navegador.caminho == "/admin/"
    assert navegador.abrir("/admin/").status == 200


def test_um_pedido_a_outro_endereco_e_visto(navegador: Navegador) -> None:
    navegador.abrir("/admin/login/")
    navegador.pagina.route("**/fora.invalid/*", lambda rota: rota.abort())
    navegador.pagina.evaluate("fetch('http://fora.invalid/x').catch(() => null)")
    # The site's own policy stops it first, and the console says so.
    assert "http://fora.invalid/x" in navegador.falhas[0]
    navegador.falhas.clear()


def test_um_erro_de_javascript_e_visto(navegador: Navegador) -> None:
    navegador.abrir("/admin/login/")
    with navegador.pagina.expect_event("pageerror"):
        navegador.pagina.evaluate("() => { setTimeout(() => { throw new Error('quebrou') }, 0) }")
    assert navegador.falhas == ["JavaScript: quebrou"]
    navegador.falhas.clear()


def test_um_erro_em_outra_aba_e_visto(navegador: Navegador) -> None:
    aba = navegador.outra_aba()
    aba.abrir("/admin/login/")
    with aba.pagina.expect_event("pageerror"):
        aba.pagina.evaluate("() => { setTimeout(() => { throw new Error('quebrou lá') }, 0) }")
    assert navegador.falhas == ["JavaScript: quebrou lá"]
    navegador.falhas.clear()


def test_a_documentacao_da_api_abre_sem_pedir_nada_a_ninguem(navegador: Navegador) -> None:
    navegador.abrir("/api/docs/")
    navegador.pagina.wait_for_selector("text=/api/v1/clientes/lote/")
    assert navegador.pagina.locator(".opblock-tag").count() == 5
