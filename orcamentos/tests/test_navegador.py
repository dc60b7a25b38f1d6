"""The quote's form in a real browser: totals move while a person types, and are what the server keeps."""

import pytest

from clientes.services import municipios_carregar
from clientes.tests.factories import ClienteFactory
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import usuario_criar
from orcamentos.models import Orcamento
from orcamentos.tests.factories import OrcamentoFactory, item

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
SENHA = "senha-de-teste-1"


def test_the_totals_follow_what_is_typed_and_are_what_is_saved(empresa: Empresa, navegador) -> None:
    municipios_carregar()
    usuario_criar(empresa=empresa, login="maria", perfil="vendas", senha=SENHA)
    with escopo(empresa):
        cliente = ClienteFactory(empresa=empresa)
        orcamento = OrcamentoFactory(
            empresa=empresa, cliente=cliente, itens=[item("2", "10.00"), item("1", "5.00")]
        )
    navegador.entrar("maria", SENHA)
    pagina = navegador.pagina
    navegador.abrir(f"/admin/orcamentos/orcamento/{orcamento.pk}/change/")
    total = pagina.locator("#orc-total")
    assert total.text_content() == "Total: R$ 25,00"
    pagina.fill("input[name=itens-0-quantidade]", "1.234,5")
    pagina.fill("input[name=itens-0-preco_unitario]", "0,33")
    pagina.fill("input[name=itens-1-desconto]", "1,00")
    # 1234.5 x 0.33 = 407.385, half up to 407.39.
    assert total.text_content() == "Total: R$ 411,39"
    with pagina.expect_navigation():
        pagina.click("button[name=_continue], input[name=_continue]")
    assert pagina.locator("#orc-total").text_content() == "Total: R$ 411,39"
    with escopo(empresa):
        assert str(Orcamento.objects.get().total) == "411.39"
    with pagina.expect_navigation():
        pagina.click("#orc-acoes button:has-text('Enviar')")
    assert "Orçamento enviado." in (pagina.text_content("body") or "")
    navegador.conferir()
