"""Statements whose plan a connection keeps."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from nucleo import preparadas
from nucleo.ator import SISTEMA
from nucleo.escopo import escopo
from nucleo.models import ChaveApi, Empresa, Perfil
from nucleo.preparadas import Preparada
from nucleo.selectors import chave_em_uso
from nucleo.services.chaves import chave_criar

SOMA = Preparada("teste_soma", "SELECT %(a)s + %(b)s, %(a)s", {"a": "int", "b": "int"})
EMPRESAS = Preparada(
    "teste_empresas", "SELECT id FROM nucleo_empresa WHERE ativa = %(ativa)s", {"ativa": "boolean"}
)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def do_zero() -> None:
    """Tests share a connection: none may lean on what another one prepared."""
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    preparadas._preparadas.clear()


def _preparos(acao: Any) -> int:
    vistos = []

    def anotar(executar: Any, sql: str, valores: Any, varias: bool, contexto: Any) -> Any:
        if sql.startswith("PREPARE"):
            vistos.append(sql)
        return executar(sql, valores, varias, contexto)

    with connection.execute_wrapper(anotar):
        acao()
    return len(vistos)


def test_values_go_by_name_wherever_and_however_often_they_stand() -> None:
    assert SOMA.linha(b=1, a=41) == (42, 41)
    assert SOMA.linhas(a=1, b=1) == [(2, 1)]


def test_without_a_row_there_is_none() -> None:
    nada = Preparada("teste_nada", "SELECT 1 WHERE %(a)s", {"a": "boolean"})
    assert nada.linha(a=False) is None
    assert nada.linhas(a=False) == []


def test_the_plan_is_made_once_per_connection_and_given_up_when_it_is_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _preparos(lambda: [SOMA.linha(a=1, b=2) for _ in range(5)]) == 1
    agora = preparadas.time.monotonic()
    monkeypatch.setattr(preparadas.time, "monotonic", lambda: agora + preparadas.PLANO_VALE_S + 1)
    assert _preparos(lambda: [SOMA.linha(a=1, b=2) for _ in range(5)]) == 1


def test_it_outlives_the_rollback_of_the_transaction_in_which_it_was_first_used() -> None:
    def desfeita() -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            SOMA.linha(a=1, b=2)
            raise IntegrityError

    assert _preparos(desfeita) == 1
    assert _preparos(lambda: SOMA.linha(a=1, b=2)) == 0


def test_a_plan_that_grew_old_in_a_broken_transaction_is_made_anew_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    SOMA.linha(a=1, b=2)
    agora = preparadas.time.monotonic()
    monkeypatch.setattr(preparadas.time, "monotonic", lambda: agora + preparadas.PLANO_VALE_S + 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        SOMA.linha(a=1, b=2)
    assert SOMA.linha(a=1, b=2) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_prepares_anew() -> None:
    SOMA.linha(a=1, b=2)
    connection.close()
    assert SOMA.linha(a=1, b=2) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_the_wall_holds_for_a_kept_plan(empresa: Empresa, outra_empresa: Empresa) -> None:
    """A plan kept for one empresa shows the rows of the next scope, never those of the last."""
    for _ in range(8):
        with escopo(empresa):
            assert EMPRESAS.linhas(ativa=True) == [(empresa.pk,)]
        with escopo(outra_empresa):
            assert EMPRESAS.linhas(ativa=True) == [(outra_empresa.pk,)]


@pytest.mark.parametrize("com_perfil", [True, False])
def test_a_compiled_query_builds_the_same_objects_as_the_orm(empresa: Empresa, com_perfil: bool) -> None:
    with escopo(empresa):
        chave, _ = chave_criar(empresa=empresa, nome="x", ator=SISTEMA)
        if com_perfil:
            ChaveApi.objects.filter(pk=chave.pk).update(perfil=Perfil.objects.filter(empresa=empresa).first())
        lida = chave_em_uso(chave.pk)
        pelo_orm = ChaveApi.objects.select_related("empresa", "perfil").get(pk=chave.pk)
    assert lida is not None
    assert (lida.perfil is not None) is com_perfil
    for a, b in ((lida, pelo_orm), (lida.empresa, pelo_orm.empresa), (lida.perfil, pelo_orm.perfil)):
        assert _colunas(a) == _colunas(b)


def _colunas(objeto: Model | None) -> dict[str, Any]:
    """What was read, without reading anything more."""
    return (
        {}
        if objeto is None
        else {f.attname: objeto.__dict__[f.attname] for f in objeto._meta.concrete_fields}
    )


def test_a_compiled_query_without_a_row_finds_nothing(empresa: Empresa, outra_empresa: Empresa) -> None:
    with escopo(empresa):
        chave, _ = chave_criar(empresa=empresa, nome="x", ator=SISTEMA)
    with escopo(outra_empresa):
        assert chave_em_uso(chave.pk) is None
