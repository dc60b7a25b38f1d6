"""The office's pages of the company itself: roles, alerts, the trail."""

from typing import Any

import pytest
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils.safestring import mark_safe
from unfold.templatetags import unfold_list

from nucleo.admin.colunas import etiqueta_html
from nucleo.escopo import escopo
from nucleo.models import Empresa, Perfil, RegistroAuditoria
from nucleo.services.alertas import alerta_abrir, alerta_resolver
from nucleo.services.empresas import usuario_criar

pytestmark = pytest.mark.django_db


@pytest.fixture
def gerente(empresa: Empresa) -> Client:
    cliente = Client()
    cliente.force_login(usuario_criar(empresa=empresa, login="ana", perfil="gerente"))
    return cliente


def _pagina(cliente: Client, nome: str, *args: object) -> str:
    resposta = cliente.get(reverse(f"admin:{nome}", args=args))
    assert resposta.status_code == 200
    return resposta.content.decode()


def test_the_permissions_of_a_perfil_are_a_table_with_a_name_for_each_box(
    gerente: Client, empresa: Empresa
) -> None:
    with escopo(empresa):
        vendas = Perfil.objects.get(empresa=empresa, nome="vendas")
    html = _pagina(gerente, "nucleo_perfil_change", vendas.pk)
    assert 'aria-label="Clientes: incluir" checked' in html
    assert 'aria-label="Ciclos de cobrança: ver">' in html
    assert "Deltas pendentes" not in html
    ver, incluir = (Permission.objects.get(codename=f"{verbo}_cliente") for verbo in ("view", "add"))
    dados = {"nome": "vendas", "ativo": "on", "permissoes": [ver.pk, incluir.pk]}
    assert gerente.post(reverse("admin:nucleo_perfil_change", args=[vendas.pk]), dados).status_code == 302
    with escopo(empresa):
        assert set(vendas.permissoes.values_list("codename", flat=True)) == {"view_cliente", "add_cliente"}


def test_open_and_resolved_alerts_are_told_apart(gerente: Client, empresa: Empresa) -> None:
    with escopo(empresa):
        for chave in ("a", "b"):
            alerta_abrir(empresa=empresa, chave=chave, severidade="error", titulo=f"Alerta {chave}")
        alerta_resolver(empresa=empresa, chave="b")
    lista = reverse("admin:nucleo_alerta_changelist")
    abertos = gerente.get(lista, {"resolvido_em__isempty": "1"}).content.decode()
    assert "Alerta a" in abertos
    assert "Alerta b" not in abertos
    assert "Erro" in abertos


def test_the_trail_reads_in_words_and_leads_to_the_record(gerente: Client, empresa: Empresa) -> None:
    with escopo(empresa):
        registro = RegistroAuditoria.objects.filter(empresa=empresa, acao="perfil_concedido").get()
    lista = _pagina(gerente, "nucleo_registroauditoria_changelist")
    assert "Perfil concedido" in lista
    vinculo = reverse("admin:nucleo_vinculo_change", args=[registro.objeto_id])
    assert f'href="{vinculo}"' in lista
    assert "{}" not in _pagina(gerente, "nucleo_registroauditoria_change", registro.pk)


def test_the_menu_of_the_person_leads_to_sessions_and_password(gerente: Client) -> None:
    html = _pagina(gerente, "index")
    for endereco in (reverse("contexto:minhas-sessoes"), reverse("admin:password_change")):
        assert f'href="{endereco}"' in html


def test_a_list_works_out_its_headers_once_however_many_lines_it_has(
    gerente: Client, empresa: Empresa, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escopo(empresa):
        for chave in ("a", "b", "c"):
            alerta_abrir(empresa=empresa, chave=chave, severidade="error", titulo=f"Alerta {chave}")
    pedidos: list[str] = []

    def contar(nome: str, *args: Any, **kwargs: Any) -> Any:
        pedidos.append(nome)
        return label_for_field(nome, *args, **kwargs)

    monkeypatch.setattr(unfold_list, "label_for_field", contar)
    html = _pagina(gerente, "nucleo_alerta_changelist")
    assert [f"Alerta {chave}" in html for chave in ("a", "b", "c")] == [True] * 3
    assert pedidos
    assert len(pedidos) == len(set(pedidos))


def test_a_label_marked_safe_does_not_answer_for_the_same_text_unmarked() -> None:
    assert "<b>x</b>" in etiqueta_html(mark_safe("<b>x</b>"))
    assert "&lt;b&gt;x&lt;/b&gt;" in etiqueta_html("<b>x</b>")
