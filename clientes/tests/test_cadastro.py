import pytest
from django.db import IntegrityError, connection, transaction

from clientes.models import Cliente, CodigoSequencia
from clientes.services import cliente_atualizar, cliente_criar
from clientes.tests.factories import CURITIBA, LONDRINA, MANAUS, ClienteFactory, cnpj, cpf
from nucleo.ator import Ator
from nucleo.errors import Conflito, ErroDeValidacao, ErrosDeValidacao, NaoEncontrado, restricao_violada
from nucleo.escopo import escopo
from nucleo.models import Empresa, RegistroAuditoria

pytestmark = pytest.mark.django_db


def test_codes_are_dense_per_municipality_and_municipalities_are_numbered_as_they_come(
    no_escopo: Empresa,
) -> None:
    codigos = [
        ClienteFactory(empresa=no_escopo, municipio_ibge=ibge).codigo_cliente
        for ibge in (LONDRINA, LONDRINA, CURITIBA, LONDRINA, MANAUS, CURITIBA)
    ]
    assert codigos == ["0001-0001", "0001-0002", "0002-0001", "0001-0003", "0003-0001", "0002-0002"]


def test_every_empresa_counts_for_itself(empresa: Empresa, outra_empresa: Empresa) -> None:
    for uma in (empresa, outra_empresa):
        with escopo(uma):
            assert ClienteFactory(empresa=uma).codigo_cliente == "0001-0001"


def test_a_rollback_gives_code_and_municipality_number_back(no_escopo: Empresa) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ClienteFactory(empresa=no_escopo)
        raise ZeroDivisionError
    assert not CodigoSequencia.objects.exists()
    assert ClienteFactory(empresa=no_escopo, municipio_ibge=LONDRINA).codigo_cliente == "0001-0001"


def test_what_is_given_is_kept_normalised(no_escopo: Empresa, ator: Ator) -> None:
    cliente = cliente_criar(
        empresa=no_escopo,
        ator=ator,
        nome="  Retífica   Araucária Ltda ",
        nome_fantasia="Araucária",
        cpf_cnpj="12.abc.345/01de-35",
        inscricao_estadual="123.456.789-0",
        telefone="(41) 3333-4444",
        whatsapp="41 98765-4321",
        email="Contato@Araucaria.COM.br",
        municipio="são josé dos pinhais",
        uf="pr",
        cep="83005-000",
        observacoes="linha 1\r\nlinha 2",
    )
    cliente.refresh_from_db()
    assert (cliente.nome, cliente.cpf_cnpj, cliente.tipo_pessoa) == (
        "Retífica Araucária Ltda",
        "12ABC34501DE35",
        "juridica",
    )
    assert (cliente.telefone, cliente.whatsapp) == ("+554133334444", "+5541987654321")
    assert (cliente.email, cliente.cep) == ("Contato@araucaria.com.br", "83005000")
    assert (cliente.inscricao_estadual, cliente.observacoes) == ("1234567890", "linha 1\nlinha 2")
    assert str(cliente.municipio) == "São José dos Pinhais/PR"
    registro = RegistroAuditoria.objects.get(acao="cliente_criado")
    assert registro.objeto_id == str(cliente.pk)


@pytest.mark.parametrize(
    ("campo", "valor", "code"),
    [
        ("nome", "", "campo_obrigatorio"),
        ("nome", "x" * 151, "texto_invalido"),
        ("nome", "a\x00b", "texto_invalido"),
        ("cpf_cnpj", "529.982.247-24", "cpf_cnpj_invalido"),
        ("cpf_cnpj", "111.111.111-11", "cpf_cnpj_invalido"),
        ("telefone", "98765-4321", "telefone_invalido"),
        ("whatsapp", "(11) 3333-4444", "telefone_invalido"),
        ("email", "sem arroba", "email_invalido"),
        ("cep", "123", "cep_invalido"),
        ("municipio_ibge", 9999999, "municipio_desconhecido"),
        ("municipio_ibge", "x", "municipio_desconhecido"),
        ("tipo_pessoa", "robô", "valor_invalido"),
        ("inscricao_estadual", "abc", "inscricao_estadual_invalida"),
    ],
)
def test_bad_input_names_the_field_and_spends_no_number(
    no_escopo: Empresa, ator: Ator, campo: str, valor: object, code: str
) -> None:
    dados = {"nome": "Ana", "municipio_ibge": CURITIBA} | {campo: valor}
    with pytest.raises(ErroDeValidacao) as erro:
        cliente_criar(empresa=no_escopo, ator=ator, **dados)
    assert (erro.value.code, erro.value.field) == (code, campo)
    assert not Cliente.objects.exists()
    assert not CodigoSequencia.objects.exists()


def test_all_bad_fields_are_named_at_once(no_escopo: Empresa, ator: Ator) -> None:
    with pytest.raises(ErrosDeValidacao) as erro:
        cliente_criar(empresa=no_escopo, ator=ator, nome="", cpf_cnpj="1", telefone="2")
    assert [e.field for e in erro.value.erros] == ["nome", "cpf_cnpj", "telefone", "municipio_ibge"]


@pytest.mark.parametrize(
    ("dados", "campo", "trecho"),
    [
        ({"municipio": "Bom Jesus"}, "uf", "PB, PI, RN, RS, SC"),
        ({"municipio": "Bom Jesus", "uf": "SP"}, "municipio", "PB, PI, RN, RS, SC"),
        ({"municipio": "Atlântida", "uf": "SP"}, "municipio", "Atlântida"),
        ({"municipio_ibge": CURITIBA, "municipio": "Londrina", "uf": "PR"}, "municipio_ibge", "Curitiba"),
    ],
)
def test_an_ambiguous_or_contradictory_municipality_is_refused(
    no_escopo: Empresa, ator: Ator, dados: dict, campo: str, trecho: str
) -> None:
    with pytest.raises(ErroDeValidacao, match=trecho) as erro:
        cliente_criar(empresa=no_escopo, ator=ator, nome="Ana", **dados)
    assert (erro.value.code, erro.value.field) == ("municipio_desconhecido", campo)


@pytest.mark.parametrize(
    "escrita", ["ALTA FLORESTA DOESTE", "Alta Floresta d'oeste", "alta-floresta d’oeste"]
)
def test_a_municipality_is_found_however_it_is_written(no_escopo: Empresa, escrita: str) -> None:
    cliente = ClienteFactory(empresa=no_escopo, municipio_ibge=None, municipio=escrita, uf="RO")
    assert cliente.municipio_id == 1100015


def test_a_document_already_known_is_refused_with_the_code_of_its_customer(no_escopo: Empresa) -> None:
    documento = cpf()
    ClienteFactory(empresa=no_escopo, cpf_cnpj=documento)
    with pytest.raises(Conflito, match="0001-0001") as erro:
        ClienteFactory(empresa=no_escopo, cpf_cnpj=documento, municipio_ibge=LONDRINA)
    assert erro.value.code == "cpf_cnpj_duplicado"
    assert erro.value.extra == {"codigo_cliente": "0001-0001"}
    assert CodigoSequencia.objects.count() == 1


def test_another_empresa_may_have_the_same_document_and_nobody_needs_one(
    empresa: Empresa, outra_empresa: Empresa
) -> None:
    documento = cnpj()
    for uma in (empresa, outra_empresa):
        with escopo(uma):
            ClienteFactory(empresa=uma, cpf_cnpj=documento)
            ClienteFactory(empresa=uma)
            ClienteFactory(empresa=uma)
            assert Cliente.objects.count() == 3


def test_a_document_that_slipped_past_the_check_is_refused_by_the_database_with_the_same_message(
    no_escopo: Empresa, monkeypatch: pytest.MonkeyPatch
) -> None:
    documento = cpf()
    ClienteFactory(empresa=no_escopo, cpf_cnpj=documento)
    monkeypatch.setattr("clientes.services.cadastro.clientes_parecidos", lambda **_: [])
    with pytest.raises(Conflito, match="0001-0001") as erro:
        ClienteFactory(empresa=no_escopo, cpf_cnpj=documento)
    assert erro.value.code == "cpf_cnpj_duplicado"
    assert ClienteFactory(empresa=no_escopo).codigo_cliente == "0001-0002"


def test_likely_duplicates_are_said_not_refused(no_escopo: Empresa) -> None:
    ClienteFactory(empresa=no_escopo, nome="Retífica Souza Ltda", telefone="11987654321")
    parecido = ClienteFactory(empresa=no_escopo, nome="RETIFICA SOUSA ME")
    assert [(a["code"], a["codigo_cliente"]) for a in parecido.avisos] == [("nome_parecido", "0001-0001")]
    fone = ClienteFactory(empresa=no_escopo, nome="Outro", municipio_ibge=LONDRINA, whatsapp="11987654321")
    assert [(a["code"], a["codigo_cliente"]) for a in fone.avisos] == [("telefone_repetido", "0001-0001")]
    for nome in ("Retífica Sousas", "Reitfica Souza", "Souza, Retífica S.A."):
        assert ClienteFactory(empresa=no_escopo, nome=nome).avisos[0]["code"] == "nome_parecido", nome
    for nome in ("Retífica Souto", "Retífica Souza 2"):
        assert ClienteFactory(empresa=no_escopo, nome=nome).avisos == [], nome
    longe = ClienteFactory(empresa=no_escopo, nome="Retifica Souza", municipio_ibge=MANAUS)
    assert longe.avisos == []


def test_the_code_stays_when_the_customer_moves(no_escopo: Empresa, ator: Ator) -> None:
    cliente = ClienteFactory(empresa=no_escopo)
    mudado = cliente_atualizar(
        empresa=no_escopo, ator=ator, cliente_id=cliente.pk, municipio_ibge=MANAUS, nome="Novo Nome"
    )
    mudado.refresh_from_db()
    assert (mudado.codigo_cliente, mudado.municipio_id, mudado.nome) == ("0001-0001", MANAUS, "Novo Nome")
    campos = RegistroAuditoria.objects.get(acao="cliente_alterado").detalhe["campos"]
    assert campos["municipio"] == ["Curitiba/PR", "Manaus/AM"]


def test_another_code_is_refused_and_changes_nothing(no_escopo: Empresa, ator: Ator) -> None:
    cliente = ClienteFactory(empresa=no_escopo, nome="Ana")
    with pytest.raises(ErroDeValidacao, match="não muda"):
        cliente_atualizar(
            empresa=no_escopo, ator=ator, cliente_id=cliente.pk, codigo_cliente="0009-0009", nome="X"
        )
    cliente.refresh_from_db()
    assert (cliente.codigo_cliente, cliente.nome) == ("0001-0001", "Ana")


def test_an_unknown_customer_cannot_be_changed(empresa: Empresa, outra_empresa: Empresa, ator: Ator) -> None:
    with escopo(outra_empresa):
        alheio = ClienteFactory(empresa=outra_empresa)
    with escopo(empresa), pytest.raises(NaoEncontrado):
        cliente_atualizar(empresa=empresa, ator=ator, cliente_id=alheio.pk, nome="X")


@pytest.mark.parametrize(
    ("coluna", "valor", "restricao"),
    [
        ("codigo_cliente", "'0001-0009'", "clientes_cliente_codigo_imutavel"),
        ("cpf_cnpj", "'52998224724x'", "clientes_cliente_cpf_cnpj_forma"),
        ("nome", "''", "clientes_cliente_nome_presente"),
    ],
)
def test_the_database_itself_refuses_raw_sql(
    no_escopo: Empresa, coluna: str, valor: str, restricao: str
) -> None:
    ClienteFactory(empresa=no_escopo)
    with pytest.raises(IntegrityError) as erro, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE clientes_cliente SET {coluna} = {valor}")
    assert restricao_violada(erro.value) == restricao
