from datetime import date

import pytest

from nucleo.calendario import UFS, dia_util, feriado, ponto_facultativo
from nucleo.errors import ErroDeValidacao


@pytest.mark.parametrize(
    ("dia", "nome"),
    [
        (date(2026, 1, 1), "Confraternização Universal"),
        (date(2026, 4, 3), "Sexta-feira Santa"),
        (date(2026, 11, 20), "Dia Nacional de Zumbi e da Consciência Negra"),
        (date(2023, 11, 20), None),
        (date(2026, 11, 23), None),
    ],
)
def test_feriados_nacionais(dia: date, nome: str | None) -> None:
    assert feriado(dia) == nome


def test_feriado_de_um_estado_so() -> None:
    assert feriado(date(2026, 7, 9)) is None
    assert feriado(date(2026, 7, 9), "SP") == "Revolução Constitucionalista"
    assert feriado(date(2026, 7, 9), " sp ") == "Revolução Constitucionalista"
    assert feriado(date(2026, 7, 9), "MG") is None


def test_carnaval_e_corpus_christi_sao_facultativos() -> None:
    for dia, nome in ((date(2026, 2, 17), "Carnaval"), (date(2026, 6, 4), "Corpus Christi")):
        assert feriado(dia, "SP") is None
        assert ponto_facultativo(dia, "SP") == nome
        assert dia_util(dia, "SP")
        assert not dia_util(dia, "SP", facultativos=True)
    assert feriado(date(2026, 2, 17), "RJ") == "Carnaval"
    assert ponto_facultativo(date(2026, 2, 17), "RJ") is None


def test_todas_as_ufs_sao_conhecidas() -> None:
    assert len(UFS) == 27
    assert all(feriado(date(2026, 12, 25), uf) == "Natal" for uf in UFS)


@pytest.mark.parametrize("uf", ["XX", "São Paulo", "BR"])
def test_uf_desconhecida(uf: str) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        feriado(date(2026, 1, 1), uf)
    assert (info.value.code, info.value.field) == ("uf_desconhecida", "uf")


def test_sem_uf_valem_so_os_nacionais() -> None:
    assert feriado(date(2026, 7, 9), "") is None


def test_dia_util() -> None:
    assert dia_util(date(2026, 11, 23))
    assert not dia_util(date(2026, 11, 22))
    assert not dia_util(date(2026, 11, 20))
    assert dia_util(date(2026, 12, 31))
    assert not dia_util(date(2026, 12, 31), facultativos=True)
    assert not dia_util(date(2026, 11, 23), proprios={date(2026, 11, 23)})
