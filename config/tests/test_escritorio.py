"""The whole office in a browser: every page opens, in Portuguese, and asks no other host for anything."""

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse

from config.menu import MENU
from config.tests.dados import povoar
from config.tests.lingua import palavras_estranhas
from config.tests.navegador import Navegador
from nucleo.admin import UmaPorEmpresa
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import usuario_criar

SENHA = "senha-de-teste-1"
# Registered, and reached from another page rather than from the menu.
FORA_DO_MENU: set[str] = set()
# What one reads on a page: its text (icons are drawn by ligatures: left out), and what is said aloud.
_LER = """() => {
    const corpo = document.body.cloneNode(true);
    corpo.querySelectorAll('script, style, template, .material-symbols-outlined').forEach(e => e.remove());
    const partes = [document.title, corpo.textContent];
    corpo.querySelectorAll('*').forEach(e => ['title', 'placeholder', 'aria-label', 'alt'].forEach(
        nome => partes.push(e.getAttribute(nome) || '')));
    corpo.querySelectorAll('input[type=submit], input[type=button]').forEach(e => partes.push(e.value));
    return partes.join('\\n');
}"""


def _base(modelo: type[Model]) -> str:
    return f"admin:{modelo._meta.app_label}_{modelo._meta.model_name}"


def _enderecos(empresa: Empresa) -> list[str]:
    """List, new and first record of every registered model."""
    lista = []
    for modelo in admin.site._registry:
        lista += [reverse(f"{_base(modelo)}_changelist"), reverse(f"{_base(modelo)}_add")]
        with escopo(empresa):
            primeiro = modelo._default_manager.order_by("pk").values_list("pk", flat=True).first()
        if primeiro is not None:
            lista.append(reverse(f"{_base(modelo)}_change", args=[primeiro]))
    return lista


def _unicos(empresa: Empresa) -> dict[str, str]:
    """The lists of what an empresa has one of, and the page each leads to instead."""
    levam = {}
    for modelo, pagina in admin.site._registry.items():
        if isinstance(pagina, UmaPorEmpresa):
            with escopo(empresa):
                pk = modelo._default_manager.values_list("pk", flat=True).first()
            destino = reverse(f"{_base(modelo)}_change", args=[pk]) if pk else reverse(f"{_base(modelo)}_add")
            levam[reverse(f"{_base(modelo)}_changelist")] = destino
    return levam


@pytest.mark.navegador
@pytest.mark.django_db(transaction=True)
def test_todas_as_paginas_do_escritorio_abrem_em_portugues(empresa: Empresa, navegador: Navegador) -> None:
    usuario_criar(empresa=empresa, login="maria", perfil="gerente", senha=SENHA)
    with escopo(empresa):
        povoar(empresa)
    navegador.entrar("maria", SENHA)
    defeitos = []
    unicos = _unicos(empresa)
    for endereco in [
        "/admin/",
        "/admin/password_change/",
        reverse("admin:estoque_rupturas"),
        *_enderecos(empresa),
    ]:
        resposta = navegador.abrir(endereco)
        # A page to add what only services add is refused, and says so in Portuguese.
        aceitos = {200, 403} if endereco.endswith("/add/") else {200}
        if resposta.status not in aceitos or navegador.caminho not in {endereco, unicos.get(endereco)}:
            defeitos.append(f"{endereco}: {resposta.status} em {navegador.caminho}")
        if estranhas := palavras_estranhas(navegador.pagina.evaluate(_LER)):
            defeitos.append(f"{endereco}: {', '.join(sorted(estranhas))}")
    assert not defeitos, "\n".join(defeitos)


def test_o_menu_leva_a_tudo_o_que_esta_registrado() -> None:
    no_menu = {item.modelo for itens in MENU.values() for item in itens}
    registrados = {modelo._meta.label for modelo in admin.site._registry}
    assert registrados - no_menu == FORA_DO_MENU
    assert no_menu - registrados == set()


@pytest.mark.parametrize("texto", ["Add cliente", "Proximo numero", "Select all", "O orcamento venceu"])
def test_palavras_que_nao_sao_do_portugues_sao_vistas(texto: str) -> None:
    assert palavras_estranhas(texto)


@pytest.mark.parametrize(
    "texto", ["Número do orçamento: R$ 10,00", "campo codigo_cliente", "a@b.com", "use {numero} no texto"]
)
def test_texto_em_portugues_passa(texto: str) -> None:
    assert palavras_estranhas(texto) == set()
