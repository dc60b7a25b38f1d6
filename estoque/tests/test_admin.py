"""The office's pages of the stock."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from estoque import services
from estoque.models import CarteiraPrincipal, ConfiguracaoEstoque, MovimentacaoEstoque, Produto, Separacao
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import usuario_criar

pytestmark = pytest.mark.django_db
ATOR = Ator("teste")
BASE = "/admin/estoque"


@pytest.fixture
def escritorio(empresa: Empresa) -> Client:
    """A person of the empresa, logged in; with one perfil only it becomes the active one."""
    usuario = usuario_criar(empresa=empresa, login="ana", perfil="gerente", senha="senha-de-teste-1")
    cliente = Client()
    assert cliente.login(username=usuario.username, password="senha-de-teste-1")
    return cliente


@pytest.fixture
def produto(empresa: Empresa) -> Produto:
    with escopo(empresa):
        produto = services.produto_criar(
            empresa=empresa, ator=ATOR, cod_produto="BRZ-1", nome="Bronzina", estoque_minimo="2"
        )
        services.movimentacao_registrar(
            empresa=empresa, ator=ATOR, produto=produto, tipo="entrada", quantidade="10"
        )
        services.carteira_incluir(
            empresa=empresa,
            ator=ATOR,
            num_pedido="PED-77",
            produto=produto,
            quantidade="12.5",
            data_entrega=hoje(empresa.fuso) + timedelta(days=4),
        )
    return produto


def _texto(cliente: Client, caminho: str) -> str:
    resposta = cliente.get(f"{BASE}/{caminho}", follow=True)
    assert resposta.status_code == 200, (caminho, resposta.status_code)
    return resposta.content.decode()


def test_the_product_page_shows_projection_causes_and_suggestion(
    escritorio: Client, produto: Produto, empresa: Empresa
) -> None:
    pagina = _texto(escritorio, f"produto/{produto.pk}/change/")
    ruptura = hoje(empresa.fuso) + timedelta(days=4)
    for esperado in ("PED-77", "-2,5", f"{ruptura:%d/%m/%Y}", "Sugestão de compra", "4,5", "canvas"):
        assert esperado in pagina


def test_what_if_is_shown_and_writes_nothing(escritorio: Client, produto: Produto, empresa: Empresa) -> None:
    dia = hoje(empresa.fuso).isoformat()
    pagina = _texto(escritorio, f"produto/{produto.pk}/change/?entrada=5,5&entrada_data={dia}")
    assert "Com a simulação, ruptura: <strong>não prevista" in pagina
    assert "número" in _texto(escritorio, f"produto/{produto.pk}/change/?pedido=abc").lower()
    assert MovimentacaoEstoque.objects.count() == 1
    assert CarteiraPrincipal.objects.count() == 1


def test_the_list_and_the_board_show_what_runs_out(escritorio: Client, produto: Produto) -> None:
    assert "10" in _texto(escritorio, "produto/")
    assert "BRZ-1" in _texto(escritorio, "produto/rupturas/")
    assert "Nada vai faltar" in _texto(escritorio, "produto/rupturas/?dias=2")
    assert "1 a 365" in _texto(escritorio, "produto/rupturas/?dias=999")


def test_the_pick_chain_by_buttons(escritorio: Client, produto: Produto, empresa: Empresa) -> None:
    linha = CarteiraPrincipal.objects.get()
    dia = hoje(empresa.fuso).isoformat()
    pagina = _texto(escritorio, f"carteiraprincipal/{linha.pk}/change/")
    assert "Pré-separar" in pagina
    resposta = escritorio.post(
        f"{BASE}/carteiraprincipal/{linha.pk}/acao/separar/", {"quantidade": "3,5", "data": dia}, follow=True
    )
    assert "Separado." in resposta.content.decode()
    separacao = Separacao.objects.get()
    assert separacao.qtd_saldo == Decimal("3.5")
    resposta = escritorio.post(
        f"{BASE}/separacao/{separacao.pk}/acao/expedir/", {"quantidade": "4"}, follow=True
    )
    assert "maior que a disponível" in resposta.content.decode()
    escritorio.post(f"{BASE}/separacao/{separacao.pk}/acao/expedir/")
    saida = MovimentacaoEstoque.objects.get(tipo="saida")
    assert saida.quantidade == Decimal("3.5")
    assert "Estornar" in _texto(escritorio, f"movimentacaoestoque/{saida.pk}/change/")
    escritorio.post(f"{BASE}/movimentacaoestoque/{saida.pk}/acao/estornar/")
    assert MovimentacaoEstoque.objects.count() == 3
    assert escritorio.get(f"{BASE}/separacao/{separacao.pk}/acao/expedir/").status_code == 405


@pytest.mark.parametrize(
    ("etapa", "campo"),
    [
        ("carteiraprincipal", "data_entrega"),
        ("preseparacaoitem", "data"),
        ("separacao", "data_expedicao"),
        ("programacaoproducao", "data"),
    ],
)
def test_each_stage_is_given_another_day_by_a_button(
    escritorio: Client, produto: Produto, empresa: Empresa, etapa: str, campo: str
) -> None:
    antes = hoje(empresa.fuso) + timedelta(days=4)
    linha = _uma_linha(empresa, produto, etapa, antes)
    pagina = _texto(escritorio, f"{etapa}/{linha.pk}/change/")
    assert "Mudar a data" in pagina
    # The field starts with the row's own date.
    formulario = pagina.partition("acao/reprogramar/")[2].partition("</form>")[0]
    assert f'value="{antes.isoformat()}"' in formulario
    depois = antes + timedelta(days=3)
    resposta = escritorio.post(
        f"{BASE}/{etapa}/{linha.pk}/acao/reprogramar/", {"data": depois.isoformat()}, follow=True
    )
    assert "Data mudada." in resposta.content.decode()
    linha.refresh_from_db()
    assert getattr(linha, campo) == depois
    resposta = escritorio.post(
        f"{BASE}/{etapa}/{linha.pk}/acao/reprogramar/", {"data": "amanhã"}, follow=True
    )
    assert "Data inválida" in resposta.content.decode()
    linha.refresh_from_db()
    assert getattr(linha, campo) == depois


def _uma_linha(empresa: Empresa, produto: Produto, etapa: str, dia: date) -> Any:
    comum: dict[str, Any] = {"empresa": empresa, "ator": ATOR}
    with escopo(empresa):
        linha = CarteiraPrincipal.objects.get()
        if etapa == "carteiraprincipal":
            return linha
        if etapa == "preseparacaoitem":
            return services.pre_separar(**comum, carteira_id=linha.pk, quantidade=1, data=dia)
        if etapa == "separacao":
            return services.separar(**comum, carteira_id=linha.pk, quantidade=1, data_expedicao=dia)
        return services.producao_criar(**comum, produto=produto, quantidade=1, data=dia)


def test_rows_are_added_through_the_services(escritorio: Client, produto: Produto, empresa: Empresa) -> None:
    dia = hoje(empresa.fuso).isoformat()
    novo = {"cod_produto": "N-1", "nome": "Novo", "unidade": "UN", "estoque_minimo": "0"}
    assert escritorio.post(f"{BASE}/produto/add/", novo).status_code == 302
    movimento = {"produto": produto.pk, "tipo": "saida", "quantidade": "1.5", "data": dia}
    assert escritorio.post(f"{BASE}/movimentacaoestoque/add/", movimento).status_code == 302
    pedido = {"num_pedido": "P", "produto": produto.pk, "quantidade": "1", "data_entrega": dia}
    assert escritorio.post(f"{BASE}/carteiraprincipal/add/", pedido).status_code == 302
    plano = {"produto": produto.pk, "quantidade": "1", "data": dia}
    assert escritorio.post(f"{BASE}/programacaoproducao/add/", plano).status_code == 302
    assert escritorio.post(f"{BASE}/configuracaoestoque/add/", {}).status_code == 302
    assert ConfiguracaoEstoque.objects.get().permite_negativo is False
    with escopo(empresa):
        saldo = services.garantir_cache_atualizado(empresa, "BRZ-1")
    assert saldo["saldo_atual"] == Decimal("8.5")
    recusado = escritorio.post(f"{BASE}/movimentacaoestoque/add/", movimento | {"quantidade": "9"})
    assert "não permite saldo negativo" in recusado.content.decode()
    assert MovimentacaoEstoque.objects.count() == 2


@pytest.mark.parametrize(
    "pagina",
    [
        "produto/add/",
        "movimentacaoestoque/",
        "movimentacaoestoque/add/",
        "carteiraprincipal/",
        "carteiraprincipal/add/",
        "preseparacaoitem/",
        "separacao/",
        "programacaoproducao/",
        "programacaoproducao/add/",
        "configuracaoestoque/",
    ],
)
def test_every_page_opens(escritorio: Client, produto: Produto, pagina: str) -> None:
    _texto(escritorio, pagina)


def test_a_product_is_changed_and_keeps_its_code(escritorio: Client, produto: Produto) -> None:
    dados = {"cod_produto": "OUTRO", "nome": "Bronzina nova", "unidade": "JG", "estoque_minimo": "3"}
    resposta = escritorio.post(f"{BASE}/produto/{produto.pk}/change/", dados)
    assert resposta.status_code == 302
    produto.refresh_from_db()
    assert (produto.cod_produto, produto.nome, produto.ativo) == ("BRZ-1", "Bronzina nova", False)


def test_numbers_are_typed_and_read_as_in_brazil(escritorio: Client, produto: Produto) -> None:
    dados = {"nome": "Bronzina", "unidade": "JG", "estoque_minimo": "1.250,5", "preco_venda": "148,90"}
    assert escritorio.post(f"{BASE}/produto/{produto.pk}/change/", dados).status_code == 302
    produto.refresh_from_db()
    assert (produto.estoque_minimo, produto.preco_venda) == (Decimal("1250.5"), Decimal("148.90"))
    pagina = _texto(escritorio, f"produto/{produto.pk}/change/")
    assert 'value="1250,5"' in pagina
    assert 'value="148,90"' in pagina
    recusada = escritorio.post(f"{BASE}/produto/{produto.pk}/change/", dados | {"preco_venda": "1.234"})
    assert "ambíguo" in recusada.content.decode()
    assert "12,5" in _texto(escritorio, "carteiraprincipal/")
    assert "12,500" not in _texto(escritorio, "carteiraprincipal/")


def test_a_product_leads_to_its_documents(escritorio: Client, produto: Produto) -> None:
    pagina = _texto(escritorio, f"produto/{produto.pk}/change/")
    for modelo in ("movimentacaoestoque", "carteiraprincipal", "programacaoproducao"):
        assert f"{BASE}/{modelo}/?produto__id__exact={produto.pk}" in pagina
    assert "PED-77" in _texto(escritorio, f"carteiraprincipal/?produto__id__exact={produto.pk}")
    assert f"{BASE}/programacaoproducao/add/?produto={produto.pk}" in _texto(escritorio, "produto/rupturas/")


def test_open_and_closed_orders_are_told_apart(escritorio: Client, produto: Produto) -> None:
    assert "PED-77" in _texto(escritorio, "carteiraprincipal/?aberta=sim")
    assert "PED-77" not in _texto(escritorio, "carteiraprincipal/?aberta=nao")


@pytest.mark.parametrize("lista", ["produto", "carteiraprincipal", "movimentacaoestoque"])
def test_lists_ask_the_same_queries_for_2_and_for_20_rows(
    escritorio: Client, produto: Produto, empresa: Empresa, lista: str
) -> None:
    contagens = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as consultas:
            _texto(escritorio, f"{lista}/")
        contagens.append(len(consultas))
        with escopo(empresa):
            for n in range(20):
                codigo = f"P{len(contagens)}-{n}"
                outro = services.produto_criar(empresa=empresa, ator=ATOR, cod_produto=codigo, nome="P")
                comum = {"empresa": empresa, "ator": ATOR, "produto": outro, "quantidade": "1"}
                services.movimentacao_registrar(**comum, tipo="entrada")
                services.carteira_incluir(**comum, num_pedido=f"P{n}", data_entrega=hoje(empresa.fuso))
    assert contagens[0] == contagens[1]
