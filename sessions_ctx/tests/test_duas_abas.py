"""Two tabs of one browser: what was opened in one company is never written in another."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from clientes.models import Cliente
from clientes.services import municipios_carregar
from clientes.tests.factories import CURITIBA
from nucleo.models import RegistroAuditoria
from sessions_ctx.models import SessionContext
from sessions_ctx.tests.conftest import SENHA, Pessoa

if TYPE_CHECKING:
    from config.tests.navegador import Navegador

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
NOVO = "/admin/clientes/cliente/add/"
FRASE = (
    "Este formulário foi aberto em Retífica Alfa (gerente), mas agora você está trabalhando em"
    " Retífica Beta (vendas). Nada foi gravado."
)
_ESCOLHER = """([nome, valor]) => {
    document.querySelector('select[name=municipio]').add(new Option(nome, valor, true, true));
}"""


def _preencher(aba: "Navegador") -> None:
    aba.pagina.fill("input[name=nome]", "Oficina das Duas Abas")
    # The list is fetched as one types; here only its outcome matters.
    aba.pagina.evaluate(_ESCOLHER, ["Curitiba", str(CURITIBA)])


def _gravar(aba: "Navegador") -> int:
    with aba.pagina.expect_navigation() as navegacao:
        aba.pagina.click("[name=_save]")
    return navegacao.value.status


def _trocar_no_cabecalho(aba: "Navegador", empresa: str) -> None:
    aba.pagina.hover(".seletor-atual")
    with aba.pagina.expect_navigation():
        aba.pagina.click(f".seletor-lista button:has-text({empresa!r})")


def _onde(aba: "Navegador") -> str | None:
    return aba.pagina.get_attribute(".seletor", "data-empresa")


@pytest.fixture
def abas(pessoa: Pessoa, abrir_navegador: Callable[[], "Navegador"]) -> "tuple[Navegador, Navegador]":
    """Maria in company Alfa, with a second tab of the same browser on the first page."""
    municipios_carregar()
    primeira = abrir_navegador()
    primeira.entrar("maria", SENHA, perfil="Retífica Alfa")
    segunda = primeira.outra_aba()
    segunda.abrir("/admin/")
    assert _onde(segunda) == "alfa"
    return primeira, segunda


def test_a_form_of_one_company_sent_after_switching_in_another_tab_writes_nowhere(
    abas: "tuple[Navegador, Navegador]",
) -> None:
    formulario, outra = abas
    formulario.abrir(NOVO)
    _preencher(formulario)
    _trocar_no_cabecalho(outra, "Retífica Beta")
    assert _onde(outra) == "beta"

    assert _gravar(formulario) == 409
    assert formulario.pagina.text_content("[role=alert]") == FRASE
    assert _onde(formulario) == "beta"
    assert not Cliente.objects.exists()
    assert SessionContext.objects.get().empresa.slug == "beta"
    recusa = RegistroAuditoria.objects.get(acao="contexto_recusado", empresa=None)
    assert (recusa.de, recusa.para) == ("Retífica Alfa (gerente)", "Retífica Beta (vendas)")
    formulario.conferir()


def _enviar_de_novo(aba: "Navegador") -> int:
    with aba.pagina.expect_navigation() as navegacao:
        aba.pagina.click("button:has-text('Enviar o formulário de novo')")
    return navegacao.value.status


def _gravado_na_alfa(aba: "Navegador") -> None:
    cliente = Cliente.objects.get()
    assert (cliente.nome, cliente.empresa.slug) == ("Oficina das Duas Abas", "alfa")
    assert _onde(aba) == "alfa"
    aba.conferir()


def test_the_refusal_leads_back_and_what_was_typed_is_then_written_where_it_was_opened(
    abas: "tuple[Navegador, Navegador]",
) -> None:
    """Also the control of the test above: nothing but the company was wrong with that form."""
    formulario, outra = abas
    formulario.abrir(NOVO)
    _preencher(formulario)
    _trocar_no_cabecalho(outra, "Retífica Beta")
    assert _gravar(formulario) == 409
    with formulario.pagina.expect_navigation():
        formulario.pagina.click("button:has-text('Voltar a trabalhar em Retífica Alfa (gerente)')")
    assert not Cliente.objects.exists()
    assert _enviar_de_novo(formulario) == 200
    _gravado_na_alfa(formulario)


def test_a_session_that_is_over_in_the_middle_of_a_form_asks_for_the_password_and_goes_on(
    abas: "tuple[Navegador, Navegador]",
) -> None:
    formulario, _ = abas
    formulario.abrir(NOVO)
    _preencher(formulario)
    SessionContext.objects.update(ativo=False, fim=SessionContext.Fim.EXPIRADA)
    assert _gravar(formulario) == 200
    assert "Sua sessão expirou" in formulario.pagina.content()
    formulario.pagina.fill("input[name=username]", "maria")
    formulario.pagina.fill("input[name=password]", SENHA)
    with formulario.pagina.expect_navigation():
        formulario.pagina.click("#login-form button[type=submit]")
    assert not Cliente.objects.exists()
    assert _enviar_de_novo(formulario) == 200
    _gravado_na_alfa(formulario)
