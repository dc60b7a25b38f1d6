from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientes.errors import CodigoEsgotado
from clientes.models.codigo import FORMA, ULTIMO, codigo_escrito, codigo_lido, parte_escrita, parte_lida
from nucleo.errors import ErroDeValidacao

numeros = st.integers(min_value=1, max_value=ULTIMO)


@pytest.mark.parametrize(
    ("numero", "escrita"),
    [
        (1, "0001"),
        (9999, "9999"),
        (10000, "A000"),
        (10009, "A009"),
        (10010, "A00A"),
        (10035, "A00Z"),
        (10036, "A010"),
        (ULTIMO, "ZZZZ"),
    ],
)
def test_the_written_form_at_its_edges(numero: int, escrita: str) -> None:
    assert parte_escrita(numero) == escrita
    assert parte_lida(escrita) == numero


@given(numeros)
def test_reading_undoes_writing_and_the_shape_is_always_the_same(numero: int) -> None:
    escrita = parte_escrita(numero)
    assert parte_lida(escrita) == numero
    assert FORMA.fullmatch(f"{escrita}-{escrita}")


@given(st.lists(numeros, min_size=2, max_size=20, unique=True))
def test_codes_sort_by_bytes_as_they_were_given(lista: list[int]) -> None:
    escritas = [parte_escrita(numero).encode() for numero in sorted(lista)]
    assert all(antes < depois for antes, depois in pairwise(escritas))


@pytest.mark.parametrize("numero", [0, -1, ULTIMO + 1])
def test_there_is_nothing_before_0001_and_after_zzzz(numero: int) -> None:
    with pytest.raises(CodigoEsgotado):
        parte_escrita(numero)


@given(numeros, numeros)
def test_a_whole_code_is_read_back(municipio: int, sequencia: int) -> None:
    assert codigo_lido(codigo_escrito(municipio, sequencia)) == (municipio, sequencia)


@pytest.mark.parametrize(
    "codigo", ["", "1-1", "0001-0000", "0000-0001", "0001_0001", "00A1-0001", "0001-0001-1"]
)
def test_other_shapes_are_refused(codigo: str) -> None:
    with pytest.raises(ErroDeValidacao) as erro:
        codigo_lido(codigo)
    assert erro.value.code == "codigo_invalido"
