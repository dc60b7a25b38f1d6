from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nucleo.datas import data_lida, data_no_fuso, data_no_intervalo, fuso_lido, hoje, limites_do_dia
from nucleo.errors import ErroDeValidacao

SAO_PAULO, MANAUS, NORONHA = "America/Sao_Paulo", "America/Manaus", "America/Noronha"


@pytest.mark.parametrize(
    ("fuso", "ultimo_minuto_utc"),
    [
        (SAO_PAULO, datetime(2027, 1, 1, 2, 59, 59, tzinfo=UTC)),
        (MANAUS, datetime(2027, 1, 1, 3, 59, 59, tzinfo=UTC)),
        (NORONHA, datetime(2027, 1, 1, 1, 59, 59, tzinfo=UTC)),
    ],
)
def test_31_de_dezembro_23h59_ainda_e_do_ano_velho(fuso: str, ultimo_minuto_utc: datetime) -> None:
    assert hoje(fuso, ultimo_minuto_utc) == date(2026, 12, 31)
    assert hoje(fuso, ultimo_minuto_utc + timedelta(seconds=1)) == date(2027, 1, 1)


def test_num_mesmo_instante_cada_empresa_tem_o_seu_ano() -> None:
    instante = datetime(2027, 1, 1, 2, 30, tzinfo=UTC)
    anos = {fuso: data_no_fuso(instante, fuso).year for fuso in (SAO_PAULO, MANAUS, NORONHA)}
    assert anos == {SAO_PAULO: 2026, MANAUS: 2026, NORONHA: 2027}


def test_hoje_sem_instante_e_o_de_agora() -> None:
    antes = datetime.now(UTC)
    lido = hoje(SAO_PAULO)
    assert lido in {hoje(SAO_PAULO, antes), hoje(SAO_PAULO, datetime.now(UTC))}


def test_instante_sem_fuso_e_erro_de_programa() -> None:
    with pytest.raises(ValueError, match="without time zone"):
        hoje(SAO_PAULO, datetime(2026, 1, 1))


@pytest.mark.parametrize("nome", ["America/Atlantida", "", "../etc/passwd", "/etc/localtime"])
def test_fuso_desconhecido(nome: str) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        fuso_lido(nome)
    assert info.value.code == "fuso_invalido"


def test_limites_do_dia_tambem_no_horario_de_verao() -> None:
    assert limites_do_dia(date(2026, 11, 22), MANAUS) == (
        datetime(2026, 11, 22, 4, tzinfo=UTC),
        datetime(2026, 11, 23, 4, tzinfo=UTC),
    )
    inicio, fim = limites_do_dia(date(2018, 11, 4), SAO_PAULO)
    assert fim - inicio == timedelta(hours=23)


@pytest.mark.parametrize("texto", ["2026-12-31", "31/12/2026", " 31/12/2026 ", date(2026, 12, 31)])
def test_as_duas_escritas(texto: object) -> None:
    assert data_lida(texto) == date(2026, 12, 31)


def test_dia_e_mes_de_um_algarismo() -> None:
    assert data_lida("1/2/2026") == date(2026, 2, 1)


@pytest.mark.parametrize(
    "texto",
    [
        "2026-02-30",
        "31/02/2026",
        "29/02/2027",
        "2026-13-01",
        "12/31/2026",
        "31/12/26",
        "31-12-2026",
        "2026/12/31",
        "20261231",
        "hoje",
        "",
        "  ",
        None,
        20261231,
        1.5,
        [],
        "2026-12-31T00:00:00",
        "٣١/١٢/٢٠٢٦",
        "2026-1-1",
        datetime(2026, 1, 1, tzinfo=UTC),
        "00/00/0000",
        "2026-12-31\x00",
    ],
)
def test_o_que_nao_e_data(texto: object) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        data_lida(texto, campo="vencimento")
    assert info.value.code == "data_invalida"
    assert info.value.field == "vencimento"


@pytest.mark.parametrize("texto", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", date.max])
def test_ano_impossivel(texto: object) -> None:
    with pytest.raises(ErroDeValidacao) as info:
        data_lida(texto)
    assert info.value.code == "data_fora_do_intervalo"


def test_intervalo() -> None:
    referencia = date(2026, 11, 22)
    for data in (date(2026, 11, 12), referencia, date(2026, 12, 22)):
        assert data_no_intervalo(data, referencia=referencia, dias_antes=10, dias_depois=30) == data
    with pytest.raises(ErroDeValidacao, match="anterior a 12/11/2026") as info:
        data_no_intervalo(date(2026, 11, 11), referencia=referencia, dias_antes=10, campo="data")
    assert (info.value.code, info.value.field) == ("data_fora_do_intervalo", "data")
    with pytest.raises(ErroDeValidacao, match="posterior a 22/11/2026"):
        data_no_intervalo(date(2026, 11, 23), referencia=referencia, dias_depois=0)
    assert data_no_intervalo(date(1900, 1, 1), referencia=referencia, dias_depois=0) == date(1900, 1, 1)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_as_duas_escritas_de_toda_data_se_leem(data: date) -> None:
    assert data_lida(data.isoformat()) == data
    assert data_lida(f"{data:%d/%m/%Y}") == data
