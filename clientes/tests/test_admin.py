import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clientes.models import Cliente, CodigoSequencia, ImportacaoDeClientes
from clientes.tasks import importar
from clientes.tests.factories import CURITIBA, LONDRINA, ClienteFactory, cpf
from nucleo.escopo import escopo
from nucleo.models import Empresa, Perfil
from nucleo.tests.factories import UsuarioFactory, VinculoFactory

pytestmark = pytest.mark.django_db
LISTA = "/admin/clientes/cliente/"


@pytest.fixture
def escritorio(empresa: Empresa) -> Client:
    usuario = UsuarioFactory(username="maria")
    VinculoFactory(usuario=usuario, perfil=Perfil.objects.get(empresa=empresa, nome="vendas"))
    navegador = Client()
    navegador.force_login(usuario)
    return navegador


def enviar(navegador: Client, endereco: str, dados: dict[str, object], pagina: str = "") -> object:
    """Post as the page's own form does, with the hidden fields it carries."""
    html = navegador.get(pagina or endereco).content.decode()
    marca = re.search(r'name="_contexto" value="([^"]+)"', html)
    return navegador.post(endereco, dados | ({"_contexto": marca[1]} if marca else {}), follow=True)


def _formulario(**mais: object) -> dict[str, object]:
    return {"nome": "Ana Lima", "municipio": CURITIBA, "ativo": "on", "tipo_pessoa": "fisica"} | mais


def test_the_form_creates_with_a_code_and_shows_it_read_only(escritorio: Client, empresa: Empresa) -> None:
    resposta = enviar(
        escritorio, f"{LISTA}add/", _formulario(cpf_cnpj="12.ABC.345/01DE-35", whatsapp="(41) 98765-4321")
    )
    assert resposta.status_code == 200
    with escopo(empresa):
        cliente = Cliente.objects.get()
    assert (cliente.codigo_cliente, cliente.cpf_cnpj, cliente.tipo_pessoa) == (
        "0001-0001",
        "12ABC34501DE35",
        "juridica",
    )
    html = escritorio.get(f"{LISTA}{cliente.pk}/change/").content.decode()
    assert "0001-0001" in html
    assert 'name="codigo_cliente"' not in html
    assert "12.ABC.345/01DE-35" in html
    assert "Cliente criado" in html


def test_bad_input_is_said_beside_its_field_and_saves_nothing(escritorio: Client, empresa: Empresa) -> None:
    resposta = enviar(
        escritorio, f"{LISTA}add/", _formulario(cpf_cnpj="111.111.111-11", whatsapp="(11) 3333-4444")
    )
    html = resposta.content.decode()
    assert "todos os algarismos iguais" in html
    assert "telefone fixo" in html
    with escopo(empresa):
        assert not Cliente.objects.exists()


def test_a_known_document_is_refused_with_the_other_code(escritorio: Client, empresa: Empresa) -> None:
    documento = cpf()
    with escopo(empresa):
        ClienteFactory(empresa=empresa, cpf_cnpj=documento)
    resposta = enviar(escritorio, f"{LISTA}add/", _formulario(cpf_cnpj=documento))
    assert "já está no cadastro do cliente 0001-0001" in resposta.content.decode()
    with escopo(empresa):
        assert Cliente.objects.count() == 1


def test_a_likely_duplicate_is_asked_about_before_a_number_is_spent(
    escritorio: Client, empresa: Empresa
) -> None:
    with escopo(empresa):
        ClienteFactory(empresa=empresa, nome="Retífica Souza Ltda")
    novo = _formulario(nome="Retifica Sousa")
    html = enviar(escritorio, f"{LISTA}add/", novo).content.decode()
    assert "O cliente 0001-0001 (Retífica Souza Ltda) tem nome muito parecido no mesmo município." in html
    assert re.search(r'<input type="checkbox" name="outro_cliente"', html)
    with escopo(empresa):
        assert Cliente.objects.count() == 1
        assert CodigoSequencia.objects.get().ultima_sequencia == 1
    html = enviar(escritorio, f"{LISTA}add/", novo | {"outro_cliente": "on"}).content.decode()
    assert "muito parecido" not in html
    with escopo(empresa):
        assert Cliente.objects.get(nome="Retifica Sousa").codigo_cliente == "0001-0002"


def test_an_answer_about_a_duplicate_does_not_let_a_known_document_through(
    escritorio: Client, empresa: Empresa
) -> None:
    documento = cpf()
    with escopo(empresa):
        ClienteFactory(empresa=empresa, cpf_cnpj=documento)
    novo = _formulario(cpf_cnpj=documento, outro_cliente="on")
    html = enviar(escritorio, f"{LISTA}add/", novo).content.decode()
    assert "já está no cadastro do cliente 0001-0001" in html
    with escopo(empresa):
        assert Cliente.objects.count() == 1


def test_a_change_that_makes_two_customers_look_alike_is_saved_with_a_warning(
    escritorio: Client, empresa: Empresa
) -> None:
    with escopo(empresa):
        ClienteFactory(empresa=empresa, nome="Retífica Souza Ltda")
        outro = ClienteFactory(empresa=empresa, nome="Oficina Central")
    html = enviar(escritorio, f"{LISTA}{outro.pk}/change/", _formulario(nome="Retifica Sousa"))
    assert "Confira: O cliente 0001-0001" in html.content.decode()
    with escopo(empresa):
        outro.refresh_from_db()
    assert outro.nome == "Retifica Sousa"


@pytest.mark.parametrize("lixo", ["abc", "-1", "9" * 30, "1.5", "\x00"])
def test_a_municipality_that_cannot_be_one_is_refused_beside_its_field(
    escritorio: Client, empresa: Empresa, lixo: str
) -> None:
    resposta = enviar(escritorio, f"{LISTA}add/", _formulario(municipio=lixo))
    assert resposta.status_code == 200
    assert 'id="id_municipio_error"' in resposta.content.decode()
    with escopo(empresa):
        assert not Cliente.objects.exists()


def test_a_change_keeps_the_code_and_is_in_the_history(escritorio: Client, empresa: Empresa) -> None:
    with escopo(empresa):
        cliente = ClienteFactory(empresa=empresa, nome="Ana Lima", telefone="4133334444")
    endereco = f"{LISTA}{cliente.pk}/change/"
    enviar(escritorio, endereco, _formulario(nome="Ana Lima Souza", municipio=LONDRINA, telefone=""))
    with escopo(empresa):
        cliente.refresh_from_db()
    assert (cliente.nome, cliente.municipio_id, cliente.codigo_cliente, cliente.telefone) == (
        "Ana Lima Souza",
        LONDRINA,
        "0001-0001",
        "",
    )
    assert "Ana Lima → Ana Lima Souza" in escritorio.get(endereco).content.decode()


def test_search_ignores_accents_and_the_list_asks_the_same_queries_for_2_and_20_rows(
    escritorio: Client, empresa: Empresa
) -> None:
    with escopo(empresa):
        ClienteFactory(empresa=empresa, nome="João Conceição")
        ClienteFactory(empresa=empresa, nome="Maria")
    html = escritorio.get(LISTA, {"q": "joao conceicao"}).content.decode()
    assert "João Conceição" in html
    assert "Maria</a>" not in html
    contagens = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as consultas:
            escritorio.get(LISTA)
        contagens.append(len(consultas))
        with escopo(empresa):
            ClienteFactory.create_batch(18, empresa=empresa)
    assert contagens[0] == contagens[1]


@pytest.mark.parametrize(
    ("acao", "inicio"), [("exportar_em_csv", "\ufeffcodigo_cliente;"), ("exportar_em_xlsx", "PK")]
)
def test_chosen_customers_are_exported(escritorio: Client, empresa: Empresa, acao: str, inicio: str) -> None:
    with escopo(empresa):
        cliente = ClienteFactory(empresa=empresa, nome="=1+1")
    resposta = enviar(escritorio, LISTA, {"action": acao, "_selected_action": [cliente.pk]})
    corpo = b"".join(resposta) if resposta.streaming else resposta.content
    assert corpo.startswith(inicio.encode())
    if acao == "exportar_em_csv":
        assert "0001-0001;fisica;'=1+1;" in corpo.decode()


def test_a_spreadsheet_is_previewed_confirmed_and_imported(
    escritorio: Client,
    empresa: Empresa,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    mandadas: list[tuple[int, int]] = []
    monkeypatch.setattr(importar, "delay", lambda *ids: mandadas.append(ids))
    arquivo = SimpleUploadedFile("c.csv", b"nome;municipio;uf\nAna;Curitiba;PR\nBia;Lugar Nenhum;PR\n")
    html = enviar(escritorio, f"{LISTA}importar/", {"arquivo": arquivo}).content.decode()
    assert "1 prontas, 1 com erro" in html
    assert "Lugar Nenhum" in html
    with escopo(empresa):
        assert not Cliente.objects.exists()
        importacao = ImportacaoDeClientes.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        enviar(escritorio, f"{LISTA}importar/{importacao.pk}/", {}, pagina=f"{LISTA}importar/")
    assert mandadas == [(empresa.pk, importacao.pk)]
    importar(*mandadas[0])
    with escopo(empresa):
        assert list(Cliente.objects.values_list("nome", flat=True)) == ["Ana"]
    pagina = escritorio.get(f"/admin/clientes/importacaodeclientes/{importacao.pk}/change/")
    assert "Concluída" in pagina.content.decode()


def test_nobody_deletes_a_customer(escritorio: Client, empresa: Empresa) -> None:
    with escopo(empresa):
        cliente = ClienteFactory(empresa=empresa)
    assert escritorio.get(f"{LISTA}{cliente.pk}/delete/").status_code == 403
