"""The first page: the figures of the active empresa, only what the perfil may see, at a fixed cost."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.tests.dados import povoar
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import usuario_criar

pytestmark = pytest.mark.django_db(transaction=True)


def _cliente(empresa: Empresa, perfil: str) -> Client:
    cliente = Client()
    cliente.force_login(usuario_criar(empresa=empresa, login=f"{empresa.slug}-{perfil}", perfil=perfil))
    return cliente


def _cartoes(cliente: Client) -> dict[str, str]:
    resposta = cliente.get("/admin/")
    assert resposta.status_code == 200
    return {cartao.titulo: cartao.valor for _, cartoes in resposta.context["blocos"] for cartao in cartoes}


def test_o_painel_mostra_os_numeros_da_empresa_ativa(empresa: Empresa, outra_empresa: Empresa) -> None:
    with escopo(empresa):
        povoar(empresa)
    assert _cartoes(_cliente(empresa, "gerente")) == {
        "Aguardando o cliente": "1",
        "Rascunhos": "1",
        "Aprovados no mês": "R$ 3.500,50",
        "Vão faltar": "1",
        "Para separar": "0",
        "Para expedir": "0",
        "Enviadas hoje": "0",
        "Na fila para hoje": "1",
        "Aguardando decisão": "0",
    }
    assert set(_cartoes(_cliente(outra_empresa, "gerente")).values()) == {"0", "R$ 0,00"}


def test_cada_numero_leva_a_uma_lista_que_abre(empresa: Empresa) -> None:
    with escopo(empresa):
        povoar(empresa)
    cliente = _cliente(empresa, "gerente")
    resposta = cliente.get("/admin/")
    enderecos = [cartao.endereco for _, cartoes in resposta.context["blocos"] for cartao in cartoes]
    assert len(enderecos) == 9
    enderecos += [atalho.endereco for atalho in resposta.context["atalhos"]]
    enderecos += [f"{endereco}?q=a" for _, endereco in resposta.context["buscas"]]
    assert len(enderecos) == 17
    assert {cliente.get(endereco).status_code for endereco in enderecos} == {200}


def test_so_um_item_do_menu_esta_marcado(empresa: Empresa) -> None:
    cliente = _cliente(empresa, "gerente")
    for endereco, titulo in [
        ("/admin/", "Painel"),
        ("/admin/estoque/produto/", "Produtos"),
        ("/admin/estoque/produto/rupturas/", "O que vai faltar"),
        ("/admin/orcamentos/orcamento/numeracao/", "Orçamentos"),
    ]:
        grupos = cliente.get(endereco).context["sidebar_navigation"]
        marcados = [item["title"] for grupo in grupos for item in grupo["items"] if item["active"]]
        assert marcados == [titulo], endereco


def test_uma_pagina_recusada_diz_onde_se_trabalha_e_oferece_a_troca(empresa: Empresa) -> None:
    cliente = _cliente(empresa, "vendas")
    for endereco, status in [("/admin/cobranca/ciclo/", 403), ("/admin/nada/que/exista/", 404)]:
        resposta = cliente.get(endereco)
        assert resposta.status_code == status
        html = resposta.content.decode()
        assert f"Você está em <strong>{empresa.nome}</strong> como vendas." in html
        assert 'href="/admin/contexto/"' in html


def test_um_perfil_so_ve_as_suas_areas(empresa: Empresa) -> None:
    cartoes = _cartoes(_cliente(empresa, "vendas"))
    assert "Aprovados no mês" in cartoes
    assert "Enviadas hoje" not in cartoes


def test_o_custo_do_painel_nao_cresce_com_as_linhas(empresa: Empresa) -> None:
    cliente = _cliente(empresa, "gerente")
    cliente.get("/admin/")
    custos = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as consultas:
            cliente.get("/admin/")
        custos.append(len(consultas))
        with escopo(empresa):
            if len(custos) == 1:
                povoar(empresa)
    assert custos[0] == custos[1]
