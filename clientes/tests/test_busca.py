import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from clientes import selectors
from clientes.models import Cliente, Municipio
from clientes.selectors import busca_cortada, clientes_buscados
from clientes.services import municipios_carregar
from clientes.tests.factories import ClienteFactory
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db


@pytest.fixture
def carteira(no_escopo: Empresa) -> Empresa:
    ClienteFactory(
        empresa=no_escopo,
        nome="João Conceição Araújo",
        cpf_cnpj="529.982.247-25",
        telefone="(41) 3333-4444",
        whatsapp="(41) 98765-4321",
    )
    ClienteFactory(
        empresa=no_escopo, nome="Guarda-Chuva 100% Ltda", nome_fantasia="Oásis", cpf_cnpj="12ABC34501DE35"
    )
    return no_escopo


@pytest.mark.parametrize(
    ("termo", "codigos"),
    [
        ("joao", {"0001-0001"}),
        ("CONCEIÇÃO joão", {"0001-0001"}),
        ("conceic arauj", {"0001-0001"}),
        ("oasis", {"0001-0002"}),
        ("guarda-chuva", {"0001-0002"}),
        ("100% ltda", {"0001-0002"}),
        ("0001-0001", {"0001-0001"}),
        ("0001-000", {"0001-0001", "0001-0002"}),
        ("529.982.247-25", {"0001-0001"}),
        ("52998224725", {"0001-0001"}),
        ("12.abc.345/01de-35", {"0001-0002"}),
        ("(41) 98765-4321", {"0001-0001"}),
        ("3333-4444", {"0001-0001"}),
        ("jo", {"0001-0001"}),
        ("gu", {"0001-0002"}),
        ("joao oasis", set()),
        ("%", set()),
        ("_o_o", set()),
        ("' OR 1=1 --", set()),
        ("\\", set()),
        ("", set()),
        ("   ", set()),
    ],
)
def test_the_search_finds_by_any_part_without_accents(
    carteira: Empresa, termo: str, codigos: set[str]
) -> None:
    assert set(clientes_buscados(termo).values_list("codigo_cliente", flat=True)) == codigos


def test_a_change_by_raw_sql_is_found_at_once(carteira: Empresa) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clientes_cliente SET nome = 'Zuleica' WHERE codigo_cliente = '0001-0001'")
    assert clientes_buscados("zuleica").count() == 1
    assert clientes_buscados("joao").count() == 0


def test_the_function_finds_nothing_of_another_empresa_and_nothing_without_one(
    empresa: Empresa, outra_empresa: Empresa
) -> None:
    with escopo(outra_empresa):
        ClienteFactory(empresa=outra_empresa, nome="Segredo", cpf_cnpj="52998224725")
    for termo in ("segredo", "0001-0001", "52998224725", "se"):
        with escopo(empresa):
            assert not clientes_buscados(termo).exists()
        # As owner, without a scope, the function has no empresa to look in.
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM clientes_buscar(%s, 10)", [termo])
            assert cursor.fetchone() == (0,)


def test_a_search_that_finds_too_much_says_so(no_escopo: Empresa, monkeypatch: pytest.MonkeyPatch) -> None:
    ClienteFactory.create_batch(4, empresa=no_escopo)
    monkeypatch.setattr(selectors, "LIMITE_DA_BUSCA", 3)
    assert busca_cortada("cliente")
    assert clientes_buscados("cliente").count() == 3
    monkeypatch.setattr(selectors, "LIMITE_DA_BUSCA", 4)
    assert not busca_cortada("cliente")


def test_the_search_column_is_read_through_the_trigram_index(carteira: Empresa) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("RESET ROLE")
        cursor.execute("EXPLAIN SELECT id FROM clientes_cliente WHERE busca LIKE '%conceicao%'")
        plano = "\n".join(linha[0] for linha in cursor.fetchall())
        cursor.execute("SET ROLE inquilino")
    assert "clientes_cliente_busca_idx" in plano


def test_all_municipalities_are_there_and_loading_again_changes_nothing() -> None:
    assert Municipio.objects.count() == 5571
    assert municipios_carregar() == 0
    Municipio.objects.filter(pk=4106902).update(nome="Coritiba")
    Municipio.objects.filter(pk=5101837).delete()
    assert municipios_carregar() == 2
    assert str(Municipio.objects.get(pk=4106902)) == "Curitiba/PR"


def test_nobody_in_a_scope_changes_the_municipalities(no_escopo: Empresa) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        Municipio.objects.filter(pk=4106902).update(nome="x")


def test_customers_are_not_deleted_even_by_their_own_empresa(carteira: Empresa) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        Cliente.objects.all().delete()
    assert Cliente.objects.count() == 2
