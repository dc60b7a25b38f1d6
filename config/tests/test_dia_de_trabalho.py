"""A working day in a real browser: from a new customer to the money, as one person would do it."""

from datetime import date, timedelta

import pytest

from clientes.services import municipios_carregar
from clientes.tests.factories import ClienteFactory
from cobranca.models import Ciclo
from config.tests.navegador import Navegador
from estoque import services as estoque
from estoque.models import MovimentacaoEstoque, ProgramacaoProducao
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import usuario_criar
from orcamentos.models import Orcamento, Status

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
SENHA = "senha-de-teste-1"


def _escolher(navegador: Navegador, campo: str, digitado: str) -> None:
    """Pick a row in a search box by typing a part of it."""
    pagina = navegador.pagina
    pagina.click(f"#id_{campo} + .select2 .select2-selection")
    pagina.fill(".select2-search__field", digitado)
    pagina.click(f".select2-results__option:has-text({digitado!r})")


def _clicar(navegador: Navegador, botao: str) -> str:
    """Click what leads to another page, and return what that page says."""
    with navegador.pagina.expect_navigation():
        navegador.pagina.click(botao)
    return navegador.pagina.inner_text("body")


def _salvar(navegador: Navegador, como: str = "_continue") -> str:
    return _clicar(navegador, f"button[name={como}], input[name={como}]")


@pytest.fixture
def maria(empresa: Empresa, outra_empresa: Empresa, navegador: Navegador) -> Navegador:
    """Maria, a manager in two companies; the first has a known customer and a product that runs short."""
    municipios_carregar()
    for uma in (empresa, outra_empresa):
        usuario_criar(empresa=uma, login="maria", perfil="gerente", senha=SENHA)
    with escopo(empresa):
        ClienteFactory(empresa=empresa, nome="Oficina do Zé", telefone="11970001234")
        produto = estoque.produto_criar(
            empresa=empresa,
            ator=Ator("teste"),
            cod_produto="PST-86",
            nome="Pistão 86 mm",
            preco_venda="120.50",
        )
        estoque.movimentacao_registrar(
            empresa=empresa, ator=Ator("teste"), produto=produto, tipo="entrada", quantidade="1"
        )
    navegador.entrar("maria", SENHA, perfil=empresa.nome)
    return navegador


def _cadastrar(maria: Navegador) -> None:
    """A new customer, with the phone of another one."""
    _clicar(maria, "a:has-text('Novo cliente')")
    maria.pagina.fill("#id_nome", "Retífica Boa Vista")
    maria.pagina.fill("#id_whatsapp", "(11) 97000-1234")
    _escolher(maria, "municipio", "Campinas")
    assert "tem o mesmo telefone" in _salvar(maria)
    maria.pagina.check("label:has-text('salvar mesmo assim')")
    assert "Gravado: cliente" in _salvar(maria)


def _orcar(maria: Navegador) -> str:
    """A quote from the customer's page: a product brings its price, a service is free text."""
    pagina = maria.pagina
    _clicar(maria, "a:has-text('Novo orçamento')")
    _escolher(maria, "itens-0-produto", "PST-86")
    pagina.wait_for_function("document.querySelector('[name=itens-0-preco_unitario]').value === '120,50'")
    pagina.fill("[name=itens-0-quantidade]", "4")
    pagina.click("a:has-text('Adicionar Item')")
    pagina.fill("[name=itens-1-descricao]", "Brunimento de bloco")
    pagina.fill("[name=itens-1-quantidade]", "1")
    pagina.fill("[name=itens-1-preco_unitario]", "1.250,00")
    assert pagina.text_content("#orc-total") == "Total: R$ 1.732,00"
    _salvar(maria)
    for botao, dito in [
        ("Enviar", "Orçamento enviado."),
        ("Revisar", "Orçamento revisado."),
        ("Enviar", "Orçamento enviado."),
        ("Aprovar", "Orçamento aprovado."),
    ]:
        assert dito in _clicar(maria, f"#orc-acoes button:has-text('{botao}')")
    return maria.caminho


def _produzir_e_expedir(maria: Navegador, dia: date, quote: str) -> None:
    """What runs out and why; production for it; the pick and the shipment."""
    pagina = maria.pagina
    maria.abrir("/admin/estoque/produto/rupturas/")
    assert "-3 UN" in pagina.inner_text("table")
    _clicar(maria, "a:has-text('Programar produção')")
    pagina.fill("#id_quantidade", "3")
    pagina.fill("#id_data", f"{dia:%d/%m/%Y}")
    _salvar(maria)
    assert "Concluído" in _clicar(maria, "button:has-text('Concluir')")
    maria.abrir(quote)
    _clicar(maria, "a:has-text('Na carteira')")
    _clicar(maria, "#result_list tbody a")
    assert "Separado." in _clicar(maria, "form[action$='/acao/separar/'] button")
    _clicar(maria, ".ligacoes a[href*='/estoque/separacao/']")
    _clicar(maria, "#result_list tbody a")
    assert "Expedido" in _clicar(maria, "button:has-text('Expedir')")


def _cobrar(maria: Navegador, dia: date, quote: str) -> None:
    """The charge comes filled in from the quote; a slip of the hand does not cancel it; it is paid."""
    pagina = maria.pagina
    maria.abrir(quote)
    _clicar(maria, "a:has-text('Cobrar')")
    assert pagina.input_value("#id_valor") == "1732,00"
    pagina.fill("#id_vencimento", f"{dia + timedelta(days=10):%d/%m/%Y}")
    assert "Cobrança de R$ 1.732,00: 4 mensagens planejadas." in _salvar(maria)
    pagina.once("dialog", lambda pergunta: pergunta.dismiss())
    pagina.click("button:has-text('Cancelar ciclo')")
    assert "Pagamento registrado" in _clicar(maria, "button:has-text('Registrar pagamento')")


def _trocar_e_sair(maria: Navegador, outra: Empresa) -> None:
    """To the other company, where none of it is seen, and out."""
    pagina = maria.pagina
    pagina.hover(".seletor-atual")
    dito = _clicar(maria, f".seletor-lista button:has-text({outra.nome!r})")
    assert f"Agora você trabalha em {outra.nome}" in dito
    assert maria.caminho == "/admin/cobranca/ciclo/"
    assert "ORC-" not in pagina.inner_text("#content")
    pagina.click("div[x-on\\:click*=openUserLinks]:has-text('maria')")
    assert "Você saiu do sistema." in _clicar(maria, "#logout-form button")


def test_a_working_day(maria: Navegador, empresa: Empresa, outra_empresa: Empresa) -> None:
    dia = hoje(empresa.fuso)
    _cadastrar(maria)
    quote = _orcar(maria)
    _produzir_e_expedir(maria, dia, quote)
    _cobrar(maria, dia, quote)
    _trocar_e_sair(maria, outra_empresa)
    with escopo(empresa):
        assert Orcamento.objects.get().status == Status.APROVADO
        assert Ciclo.objects.get().status == Ciclo.Status.PAGO
        assert ProgramacaoProducao.objects.get().qtd_saldo == 0
        assert MovimentacaoEstoque.objects.filter(tipo="saida", quantidade=4).count() == 1
