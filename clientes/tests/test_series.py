import json
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from clientes.models import Cliente, CodigoSequencia
from clientes.services import clientes_criar_bloco
from clientes.tests.factories import CURITIBA, LONDRINA, ClienteFactory
from clientes.tests.test_conflitos import plantar
from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db


def _comando(*argumentos: str) -> str:
    saida = StringIO()
    call_command(*argumentos, stdout=saida)
    return saida.getvalue()


def _verificar() -> list[dict[str, str]]:
    saida = StringIO()
    with suppress(CommandError):
        call_command("verificar_unicidade_por_empresa", "--json", stdout=saida)
    achados: list[dict[str, str]] = json.loads(saida.getvalue())["irregularidades"]
    return achados


def test_the_next_numbers_are_shown_and_not_consumed(empresa: Empresa, outra_empresa: Empresa) -> None:
    for uma in (empresa, outra_empresa):
        with escopo(uma):
            ClienteFactory(empresa=uma)
    for _ in range(2):
        series = json.loads(_comando("proximos_numeros", "--json"))
        assert [s for s in series if s["serie"].startswith("CLI-")] == [
            {
                "empresa": slug,
                "serie": f"CLI-{CURITIBA}",
                "descricao": "Curitiba/PR",
                "proximo": "0001-0002",
                "ultimo": "0001-0001",
                "quantidade": 1,
            }
            for slug in ("alfa", "beta")
        ]


def test_sound_data_with_imported_ranges_has_nothing_wrong(empresa: Empresa, ator: Ator) -> None:
    with escopo(empresa):
        ClienteFactory(empresa=empresa)
        itens = [{"nome": "Velha", "municipio_ibge": LONDRINA, "codigo_cliente": "0009-0050"}]
        clientes_criar_bloco(empresa=empresa, ator=ator, itens=itens, aceitar_codigos=True)
        ClienteFactory(empresa=empresa, municipio_ibge=LONDRINA)
    assert _verificar() == []
    with escopo(empresa):
        assert Cliente.objects.count() == 3


def test_a_missing_number_that_we_gave_is_found(empresa: Empresa) -> None:
    with escopo(empresa):
        ClienteFactory.create_batch(3, empresa=empresa)
    Cliente.objects.filter(codigo_cliente="0001-0002").delete()
    with pytest.raises(CommandError, match="1 irregularidades"):
        _comando("verificar_unicidade_por_empresa")
    (achado,) = _verificar()
    assert (achado["tipo"], "0001-0002" in achado["detalhe"]) == ("lacuna", True)


def test_a_counter_behind_the_data_is_found(empresa: Empresa) -> None:
    with escopo(empresa):
        ClienteFactory(empresa=empresa)
        plantar(empresa, "0001-0009")
    assert [a["tipo"] for a in _verificar()] == ["contador_atrasado"]


def test_a_missing_constraint_and_a_duplicate_are_found(empresa: Empresa) -> None:
    with escopo(empresa):
        ClienteFactory(empresa=empresa)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE clientes_cliente DROP CONSTRAINT clientes_cliente_codigo_uniq")
    assert [a["tipo"] for a in _verificar()] == ["restricao_ausente"]
    with escopo(empresa):
        plantar(empresa, "0001-0001")
    assert [a["tipo"] for a in _verificar()] == ["duplicado", "restricao_ausente"]


@pytest.mark.parametrize(("serie", "ultimo"), [(f"CLI-{CURITIBA}", "40"), ("CLI-0001", "0001-0040")])
def test_a_counter_is_moved_forward_never_back(empresa: Empresa, serie: str, ultimo: str) -> None:
    with escopo(empresa):
        ClienteFactory(empresa=empresa)
    assert "0001-0041" in _comando(
        "ajustar_sequencia", "--empresa", "alfa", "--serie", serie, "--ultimo", ultimo
    )
    with escopo(empresa):
        assert ClienteFactory(empresa=empresa).codigo_cliente == "0001-0041"
    assert _verificar() == []
    with pytest.raises(CommandError, match="não volta"):
        _comando("ajustar_sequencia", "--empresa", "alfa", "--serie", serie, "--ultimo", "39")
    with escopo(empresa):
        assert CodigoSequencia.objects.get().ultima_sequencia == 41


@pytest.mark.parametrize(
    ("serie", "ultimo"), [("XXX-1", "1"), ("CLI-9999999", "1"), ("CLI-0099", "1"), ("CLI-0001", "0")]
)
def test_a_wrong_series_or_number_is_one_clear_line(empresa: Empresa, serie: str, ultimo: str) -> None:
    with escopo(empresa):
        ClienteFactory(empresa=empresa)
    with pytest.raises(CommandError):
        _comando("ajustar_sequencia", "--empresa", "alfa", "--serie", serie, "--ultimo", ultimo)
    with escopo(empresa):
        assert CodigoSequencia.objects.get().ultima_sequencia == 1
