"""Behind the addresses: references in forms, rows of inlines, look-ups, tasks, functions, connections."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, models, transaction
from django.test import Client, RequestFactory

from clientes.tasks import importar
from cobranca.models import EventoRecebido, Instancia
from cobranca.services.cifra import decifrar
from cobranca.services.instancias import CABECALHO_DO_SEGREDO
from config.tests.linhas import MARCA, Linhas, modelos_da_empresa, povoar, retrato
from estoque.tasks import dobrar_produtos
from nucleo.escopo import empresa_atual_id, escopo
from nucleo.models import Empresa, Usuario
from orcamentos.models import RevisaoOrcamento

pytestmark = pytest.mark.django_db


def _endereco(modelo: type[models.Model], resto: str = "") -> str:
    return f"/admin/{modelo._meta.app_label}/{modelo._meta.model_name}/{resto}"


def _referencias(modelo: type[models.Model]) -> list[models.ForeignKey]:
    """The fields of a model that point to rows of an empresa, or to people."""
    alvos = {*modelos_da_empresa(), Usuario}
    return [f for f in modelo._meta.local_fields if isinstance(f, models.ForeignKey)
            and f.related_model in alvos]  # fmt: skip


def _pk(modelo: Any, linhas: Linhas) -> str:
    """Beta's row of this model; for a person, the one who works there."""
    if modelo is Usuario:
        return str(next(linha.usuario_id for linha in linhas.values() if hasattr(linha, "usuario_id")
                        and linha.usuario_id))  # fmt: skip
    return str(linhas[modelo].pk)


def test_no_form_of_the_office_takes_a_reference_to_another_empresas_row(
    atacante: Client, linhas: Linhas, empresa: Empresa, outra_empresa: Empresa
) -> None:
    antes, meus, tentados = retrato(outra_empresa), retrato(empresa), 0
    for modelo in admin.site._registry:
        referencias = _referencias(modelo)
        if not referencias:
            continue
        dados = {campo.name: _pk(campo.related_model, linhas) for campo in referencias}
        resposta = atacante.post(_endereco(modelo, "add/"), dados | {"nome": "x", "quantidade": "1"})
        assert resposta.status_code in {200, 403, 404, 409}, f"{modelo}: {resposta.status_code}"
        assert MARCA not in resposta.content.decode(), modelo
        tentados += resposta.status_code == 200
    assert tentados >= 4
    assert retrato(outra_empresa) == antes
    assert {t for t, digest in retrato(empresa).items() if digest != meus[t]} <= {"nucleo_registroauditoria"}


def test_no_inline_row_of_another_empresa_is_changed_or_deleted_through_ones_own_form(
    atacante: Client, linhas: Linhas, empresa: Empresa, outra_empresa: Empresa
) -> None:
    minhas, tentados = povoar(empresa), 0
    RevisaoOrcamento.objects.filter(conteudo={}).delete()  # filled in by type, not as the service writes it
    antes = retrato(outra_empresa)
    for modelo, pagina in admin.site._registry.items():
        for classe in pagina.inlines or ():
            if modelo not in minhas or classe.model not in linhas:
                continue
            prefixo = classe(modelo, admin.site).get_formset(_pedido()).get_default_prefix()
            dados = {
                f"{prefixo}-TOTAL_FORMS": "1",
                f"{prefixo}-INITIAL_FORMS": "1",
                f"{prefixo}-0-id": str(linhas[classe.model].pk),
                f"{prefixo}-0-DELETE": "on",
                f"{prefixo}-0-texto": "tomado",
                f"{prefixo}-0-descricao": "tomado",
                "nome": "meu",
            }
            endereco = _endereco(modelo, f"{minhas[modelo].pk}/change/")
            resposta = atacante.post(endereco, dados)
            assert resposta.status_code < 500, f"{endereco}: {resposta.status_code}"
            tentados += 1
    assert tentados >= 4
    assert retrato(outra_empresa) == antes


def _pedido() -> Any:
    pedido = RequestFactory().get("/")
    pedido.user = Usuario(is_active=True)
    return pedido


def test_no_lookup_in_a_lists_address_reaches_into_another_empresa(atacante: Client, linhas: Linhas) -> None:
    """Whatever a question may be, its answer says nothing of rows that are not one's own."""
    for modelo in admin.site._registry:
        base = atacante.get(_endereco(modelo))
        for campo in modelo._meta.local_fields:
            if isinstance(campo, models.ForeignKey) and campo.related_model in {*linhas, Empresa, Usuario}:
                for pergunta in _perguntas(campo):
                    resposta = atacante.get(_endereco(modelo, pergunta))
                    assert resposta.status_code in {200, 302, 400, 403}, f"{modelo} {pergunta}"
                    assert MARCA not in resposta.content.decode().replace(pergunta, ""), (
                        f"{modelo} {pergunta}"
                    )
        assert MARCA not in base.content.decode(), modelo


def _perguntas(campo: models.ForeignKey) -> list[str]:
    textos = [f.name for f in campo.related_model._meta.local_fields if isinstance(f, models.CharField)]
    return [f"?{campo.name}__{texto}__startswith={MARCA[:3]}" for texto in textos[:3]]


def test_the_redirect_to_a_records_own_page_finds_nothing_of_another_empresa(
    atacante: Client, linhas: Linhas
) -> None:
    from django.contrib.contenttypes.models import ContentType

    for modelo, linha in linhas.items():
        tipo = ContentType.objects.get_for_model(modelo)
        resposta = atacante.get(f"/admin/r/{tipo.pk}/{linha.pk}/")
        assert resposta.status_code in {302, 404}, modelo
        assert MARCA not in resposta.content.decode()


def test_a_task_of_one_empresa_does_nothing_to_the_ids_of_another(
    linhas: Linhas, empresa: Empresa, outra_empresa: Empresa
) -> None:
    antes = retrato(outra_empresa)
    por_nome = {modelo._meta.label: linha for modelo, linha in linhas.items()}
    assert dobrar_produtos(empresa.pk, [por_nome["estoque.Produto"].pk]) == 0
    importar(empresa.pk, por_nome["clientes.ImportacaoDeClientes"].pk)
    assert retrato(outra_empresa) == antes


@pytest.mark.parametrize(
    "chamada", ["estoque_dobrar(%s, %s, current_date)", "estoque_reconstruir(%s, %s, current_date)"]
)
def test_a_function_with_the_owners_rights_refuses_another_empresa(
    linhas: Linhas, empresa: Empresa, outra_empresa: Empresa, chamada: str
) -> None:
    produto = next(linha.pk for modelo, linha in linhas.items() if modelo._meta.label == "estoque.Produto")
    antes = retrato(outra_empresa)
    with escopo(empresa), connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="fora do escopo"), transaction.atomic():
            cursor.execute(f"SELECT {chamada}", [outra_empresa.pk, [produto]])
        cursor.execute("SELECT count(*) FROM clientes_buscar(%s, 50)", [MARCA])
        assert cursor.fetchone() == (0,)
    assert retrato(outra_empresa) == antes


def test_a_webhook_is_taken_with_its_own_instances_secret_only(
    client: Client, empresa: Empresa, linhas: Linhas, outra_empresa: Empresa
) -> None:
    """Who has one empresa's secret cannot speak to the other's instância."""
    povoar(empresa)
    minha, alheia = (Instancia.objects.filter(empresa=e).latest("pk") for e in (empresa, outra_empresa))
    antes = retrato(outra_empresa)
    corpo = json.dumps({"event": "messages.upsert", "instance": alheia.nome, "data": {}})
    for segredo, estado in ((decifrar(minha.segredo_cifrado), 401), ("", 401)):
        resposta = client.post(
            f"/webhooks/evolution/{alheia.codigo}/",
            corpo,
            content_type="application/json",
            headers={CABECALHO_DO_SEGREDO: segredo},
        )
        assert resposta.status_code == estado
    assert retrato(outra_empresa) == antes
    assert EventoRecebido.objects.filter(instancia=minha).count() == 1  # as it was filled in


@pytest.mark.parametrize("falha", ["erro do programa", "erro do banco", "erro dentro de um bloco"])
def test_a_request_that_raises_leaves_nothing_behind_on_its_connection(
    atacante: Client, linhas: Linhas, monkeypatch: pytest.MonkeyPatch, falha: str
) -> None:
    """The next request of the worker gets the same connection, perhaps for nobody."""
    from clientes.api.views import ClientesView

    monkeypatch.setattr(ClientesView, "get", _que_falha(falha), raising=True)
    assert atacante.get("/api/v1/clientes/").status_code == 500
    assert empresa_atual_id() is None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('app.empresa_id', true), current_setting('app.usuario_id', true)"
        )
        assert cursor.fetchone() == ("", "")


def _que_falha(falha: str) -> Callable[..., Any]:
    def get(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        if falha == "erro do programa":
            raise ZeroDivisionError
        if falha == "erro do banco":
            # In a savepoint: the test's own transaction must survive it.
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        with transaction.atomic():
            Empresa.objects.count()
            raise ZeroDivisionError

    return get
