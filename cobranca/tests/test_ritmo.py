"""A sender's pace: so many messages per minute with jitter, slower while its number is new."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cobranca.models import Instancia, Mensagem
from cobranca.services import despacho, instancias
from cobranca.services.instancias import intervalo_de
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import nova_instancia, novo_ciclo
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa

AGORA = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0)


@pytest.fixture
def relogio() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(AGORA, tick=False) as viagem:
        yield viagem


def _intervalo(sorte: float, monkeypatch: pytest.MonkeyPatch, **campos: int) -> float:
    monkeypatch.setattr(instancias.random, "uniform", lambda menor, maior: sorte)
    return intervalo_de(Instancia(criada_em=AGORA, **campos)).total_seconds()


@pytest.mark.parametrize(
    ("por_minuto", "variacao", "sorte", "segundos"),
    [(20, 20, 0, 3.0), (20, 20, 1, 3.6), (20, 20, -1, 2.4), (60, 0, 1, 1.0), (0, 20, 1, 0.0)],
)
def test_the_pause_is_that_of_the_pace_give_or_take_the_jitter(
    monkeypatch: pytest.MonkeyPatch, por_minuto: int, variacao: int, sorte: int, segundos: float
) -> None:
    pausa = _intervalo(sorte, monkeypatch, por_minuto=por_minuto, variacao_ritmo=variacao)
    assert pausa == pytest.approx(segundos)


def test_a_new_number_warms_up_day_by_day(
    monkeypatch: pytest.MonkeyPatch, relogio: time_machine.Traveller
) -> None:
    pausas = []
    for _ in range(5):
        pausas.append(_intervalo(0, monkeypatch, por_minuto=20, variacao_ritmo=0, aquecimento_dias=3))
        relogio.shift(24 * 3600)
    assert pausas == pytest.approx([12.0, 6.0, 4.0, 3.0, 3.0])


def test_after_the_clock_was_set_back_a_sender_has_the_pace_of_its_first_day(
    monkeypatch: pytest.MonkeyPatch, relogio: time_machine.Traveller
) -> None:
    relogio.shift(-3600)
    assert _intervalo(0, monkeypatch, por_minuto=20, variacao_ritmo=0, aquecimento_dias=3) == 12.0
    assert _intervalo(0, monkeypatch, por_minuto=20, variacao_ritmo=0) == 3.0


@pytest.mark.django_db
def test_a_round_waits_for_the_pace_before_the_claim_and_ends_where_it_would_wait_too_long(
    empresa: Empresa, simulado: Simulado, relogio: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url, por_minuto=12, variacao_ritmo=0)
        for numero in range(5):
            novo_ciclo(empresa, numero)
    esperas: list[float] = []

    def dormir(segundos: float) -> None:
        assert not Mensagem.objects.filter(status="sending").exists(), "quem espera ainda pode ser parado"
        esperas.append(segundos)
        relogio.shift(segundos)
        agora = despacho.time.monotonic() + segundos
        monkeypatch.setattr(despacho.time, "monotonic", lambda: agora)

    monkeypatch.setattr(despacho._esperar_a_vez, "__defaults__", (dormir,))
    relato = rodada_da_empresa(empresa=empresa)
    assert (relato.enviadas, relato.motivo) == (2, "ritmo da instância")
    assert esperas == [5.0]
    assert rodada_da_empresa(empresa=empresa).enviadas == 2, "a rodada seguinte começa onde o ritmo deixou"


@pytest.mark.django_db
def test_after_three_days_without_gateway_the_backlog_leaves_at_the_senders_pace(
    empresa: Empresa, simulado: Simulado, relogio: time_machine.Traveller, settings: object
) -> None:
    settings.COBRANCA_RODADA_S = 0  # type: ignore[attr-defined]
    with escopo(empresa):
        nova_instancia(empresa, simulado.url, por_minuto=2, variacao_ritmo=0)
        for numero in range(6):
            novo_ciclo(empresa, numero, vencimento=hoje(empresa.fuso) + timedelta(days=1))
    simulado.modo("offline")
    for _ in range(3 * 4 + 1):
        rodada_da_empresa(empresa=empresa)
        relogio.shift(6 * 3600)
    simulado.modo("ok")
    por_rodada = []
    for _ in range(20):
        por_rodada.append(rodada_da_empresa(empresa=empresa).enviadas)
        relogio.shift(10)
    assert por_rodada == [1, 0, 0] * 6 + [0, 0], "uma a cada 30 s, nenhuma enxurrada"
    assert Mensagem.objects.filter(status="sent").values("ciclo").distinct().count() == 6
