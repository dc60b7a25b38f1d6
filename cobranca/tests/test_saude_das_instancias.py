"""Which sender may be used: connected and with a database behind it, rested, and preferred."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from cobranca.gateway import Cliente, Desfecho, ErroDoGateway, TipoDeDesfecho
from cobranca.models import Instancia, Mensagem, Tentativa
from cobranca.services.instancias import desfecho_contar, instancia_verificar
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import nova_instancia, novo_ciclo
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
AGORA = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)


@pytest.fixture
def relogio() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(AGORA, tick=False) as viagem:
        yield viagem


@pytest.fixture
def instancia(empresa: Empresa, simulado: Simulado, relogio: object) -> Iterator[Instancia]:
    with escopo(empresa):
        remetente = nova_instancia(empresa, simulado.url)
        instancia_verificar(empresa=empresa, instancia=remetente)
        assert remetente.sadia
        yield remetente


def _fim(tipo: TipoDeDesfecho, **marcas: Any) -> Desfecho:
    return Desfecho(tipo, "codigo", "Motivo.", **marcas)


def test_open_without_a_database_behind_it_is_sick(
    empresa: Empresa, instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    """connectionState answers from memory: with the gateway's database down it goes on saying `open`."""

    def sem_banco(self: Cliente) -> None:
        raise ErroDoGateway("gateway_com_erro", "O gateway respondeu com erro (HTTP 500).")

    monkeypatch.setattr(Cliente, "buscar_instancia", sem_banco)
    instancia_verificar(empresa=empresa, instancia=instancia)
    assert (instancia.estado, instancia.sadia) == ("open", False)
    assert (instancia.motivo, instancia.doente_desde) == ("O gateway respondeu com erro (HTTP 500).", AGORA)


def test_the_first_bad_moment_is_kept_until_it_is_well_again(
    empresa: Empresa, instancia: Instancia, simulado: Simulado, relogio: time_machine.Traveller
) -> None:
    simulado.modo("desconectada")
    for _ in range(3):
        instancia_verificar(empresa=empresa, instancia=instancia)
        relogio.shift(600)
    assert (instancia.estado, instancia.doente_desde) == ("close", AGORA)
    simulado.modo("ok")
    instancia_verificar(empresa=empresa, instancia=instancia)
    assert (instancia.sadia, instancia.doente_desde, instancia.motivo) == (True, None, "")


def test_the_rest_doubles_with_each_failed_trial_up_to_an_hour(
    empresa: Empresa, instancia: Instancia
) -> None:
    descansos = []
    for _ in range(12):
        desfecho_contar(empresa=empresa, instancia=instancia, desfecho=_fim(TipoDeDesfecho.NAO_ENVIADA))
        ate = instancia.disjuntor_ate
        descansos.append((ate - AGORA).total_seconds() if ate else 0)
    assert descansos == [0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
    assert desfecho_contar(
        empresa=empresa, instancia=instancia, desfecho=_fim(TipoDeDesfecho.ENVIADA, provider_id="x")
    )
    instancia.refresh_from_db()
    assert (instancia.falhas_seguidas, instancia.disjuntor_ate) == (0, None)


def test_a_refusal_is_the_numbers_trouble_and_not_the_senders(empresa: Empresa, instancia: Instancia) -> None:
    for _ in range(5):
        assert desfecho_contar(empresa=empresa, instancia=instancia, desfecho=_fim(TipoDeDesfecho.RECUSADA))
    assert (instancia.falhas_seguidas, instancia.disjuntor_ate) == (0, None)


def test_whatsapp_asking_to_slow_down_is_obeyed_at_once(empresa: Empresa, instancia: Instancia) -> None:
    desfecho = _fim(TipoDeDesfecho.NAO_ENVIADA, ritmo=True)
    assert desfecho_contar(empresa=empresa, instancia=instancia, desfecho=desfecho) is False
    assert instancia.disjuntor_ate == AGORA + timedelta(seconds=60)
    assert instancia.sadia


@pytest.mark.parametrize("marca", ["instancia_desconectada", "configuracao"])
def test_what_only_a_person_mends_makes_the_sender_sick_at_once(
    empresa: Empresa, instancia: Instancia, marca: str
) -> None:
    desfecho = _fim(TipoDeDesfecho.NAO_ENVIADA, **{marca: True})
    assert desfecho_contar(empresa=empresa, instancia=instancia, desfecho=desfecho) is False
    instancia.refresh_from_db()
    assert (instancia.sadia, instancia.doente_desde, instancia.motivo) == (False, AGORA, "Motivo.")


def test_senders_of_one_preference_share_the_work_and_a_lower_one_stands_by(
    empresa: Empresa, instancia: Instancia, simulado: Simulado
) -> None:
    nova_instancia(empresa, simulado.url, nome="irma", ordem=1)
    nova_instancia(empresa, simulado.url, nome="reserva", ordem=2)
    for numero in range(120):
        novo_ciclo(empresa, numero)
    rodada_da_empresa(empresa=empresa)
    por_instancia = {e["instancia"] for e in simulado.enviadas()}
    assert por_instancia == {"principal", "irma"}, "até cem por rodada e remetente"
    assert Mensagem.objects.filter(status="sent").count() == 120


def test_two_senders_failing_over_never_send_one_message_twice(
    empresa: Empresa, instancia: Instancia, simulado: Simulado, relogio: time_machine.Traveller
) -> None:
    """The first sends and loses the answer; the second may not touch it until the first was asked."""
    nova_instancia(empresa, simulado.url, nome="reserva", ordem=2)
    novo_ciclo(empresa)
    simulado.modo("erro_depois", queda=True, instancia="principal")
    rodada_da_empresa(empresa=empresa)
    simulado.modo("desconectada", instancia="principal")
    relogio.shift(120)
    rodada_da_empresa(empresa=empresa)
    assert Mensagem.objects.get(tentativas=1).status == "sending"
    relogio.shift(120)
    rodada_da_empresa(empresa=empresa)
    mensagem = Mensagem.objects.get(tentativas=1)
    assert (mensagem.status, mensagem.instancia) == ("sent", instancia), "desconectada, ela ainda responde"
    assert [e["instancia"] for e in simulado.enviadas()] == ["principal"]
    assert list(Tentativa.objects.values_list("resultado", flat=True)) == ["uncertain", "found"]
