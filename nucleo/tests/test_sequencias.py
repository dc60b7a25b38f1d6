from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from nucleo import sequencias
from nucleo.tests.corridas import CRIAR_TABELAS, REMOVER_TABELAS, SerieDeTeste
from nucleo.tests.processos import correr


@pytest.fixture
def tabelas(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(REMOVER_TABELAS + CRIAR_TABELAS)
    yield
    with connection.cursor() as cursor:
        cursor.execute(REMOVER_TABELAS)


def _numeros(serie: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT numero FROM teste_numero WHERE escopo = %s ORDER BY numero", [serie])
        return [linha[0] for linha in cursor.fetchall()]


def test_numbers_are_consecutive_and_independent_between_scopes(tabelas: None) -> None:
    with transaction.atomic():
        primeira = [sequencias.reservar(SerieDeTeste, campo="ultimo", escopo=1) for _ in range(3)]
        outra = sequencias.reservar(SerieDeTeste, campo="ultimo", escopo=2)
    assert primeira == [1, 2, 3]
    assert outra == 1


def test_a_block_of_numbers_is_taken_at_once(tabelas: None) -> None:
    with transaction.atomic():
        assert sequencias.reservar(SerieDeTeste, campo="ultimo", quantidade=50, escopo=1) == 50
        assert sequencias.reservar(SerieDeTeste, campo="ultimo", escopo=1) == 51


def test_a_rollback_gives_the_number_back(tabelas: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert sequencias.reservar(SerieDeTeste, campo="ultimo", escopo=1) == 1
        raise ZeroDivisionError
    with transaction.atomic():
        assert sequencias.reservar(SerieDeTeste, campo="ultimo", escopo=1) == 1


def test_outside_a_transaction_no_number_is_given(tabelas: None) -> None:
    with pytest.raises(sequencias.ForaDeTransacao):
        sequencias.reservar(SerieDeTeste, campo="ultimo", escopo=1)
    assert not SerieDeTeste.objects.exists()


@pytest.mark.concorrencia
def test_processes_on_one_new_scope_leave_neither_duplicates_nor_gaps(tabelas: None) -> None:
    correr("nucleo.tests.corridas:numerar", [{"serie": 1, "vezes": 60, "desfazer_cada": 4}] * 4)
    assert _numeros(1) == list(range(1, 4 * 45 + 1))


@pytest.mark.concorrencia
def test_positive_control_without_the_lock_the_race_shows(tabelas: None) -> None:
    SerieDeTeste.objects.create(escopo=1)
    correr(
        "nucleo.tests.corridas:numerar",
        [{"serie": 1, "vezes": 60, "desfazer_cada": 0}] * 4,
        remendo="nucleo.tests.corridas:sem_trava",
    )
    numeros = _numeros(1)
    assert len(numeros) == 240
    assert len(set(numeros)) < 240
