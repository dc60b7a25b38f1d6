"""The alert rules: each with its window, its smallest sample and its severity."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from cobranca.models import Instancia, Mensagem, Tentativa
from cobranca.services.alertas import alertas_avaliar
from cobranca.tests.factories import nova_instancia, novo_ciclo
from nucleo.escopo import escopo
from nucleo.models import Alerta, Empresa

pytestmark = pytest.mark.django_db
AGORA = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)


@pytest.fixture
def instancia(empresa: Empresa) -> Iterator[Instancia]:
    """A sender with twenty messages that wait, inside the empresa's scope, at a fixed moment."""
    with time_machine.travel(AGORA, tick=False), escopo(empresa):
        remetente = nova_instancia(empresa, "http://127.0.0.1:1")
        for numero in range(20):
            novo_ciclo(empresa, numero)
        yield remetente


def _tentar(empresa: Empresa, resultado: str, quantas: int, *, ha: timedelta = timedelta(0)) -> None:
    mensagem = Mensagem.objects.filter(status="pending").first()
    Tentativa.objects.bulk_create(
        Tentativa(empresa=empresa, mensagem=mensagem, resultado=resultado, em=AGORA - ha)
        for _ in range(quantas)
    )


def _abertos(empresa: Empresa) -> list[str]:
    return alertas_avaliar(empresa=empresa)


@pytest.mark.parametrize(("minutos", "abertos"), [(119, []), (121, ["cobranca.presas"])])
def test_a_message_stuck_for_more_than_two_hours_is_a_warning(
    empresa: Empresa, instancia: Instancia, minutos: int, abertos: list[str]
) -> None:
    presa = Mensagem.objects.filter(status="pending")[:1].get()
    presa.status, presa.token = "sending", "11111111-1111-1111-1111-111111111111"
    presa.instancia, presa.reclamada_em = instancia, AGORA - timedelta(minutes=minutos)
    presa.save()
    assert _abertos(empresa) == abertos
    assert list(Alerta.objects.values_list("severidade", flat=True)) == ["warning"] * len(abertos)


@pytest.mark.parametrize(
    ("boas", "mas", "abertos"),
    [
        (18, 2, []),  # ten per cent exactly
        (17, 3, ["cobranca.erros"]),
        (16, 3, []),  # too few to tell
    ],
)
def test_more_than_ten_per_cent_of_errors_is_an_error_from_twenty_attempts_on(
    empresa: Empresa, instancia: Instancia, boas: int, mas: int, abertos: list[str]
) -> None:
    _tentar(empresa, "sent", boas)
    _tentar(empresa, "not_sent", mas)
    # Neither what is older than the window nor what was no attempt counts.
    _tentar(empresa, "not_sent", 50, ha=timedelta(minutes=61))
    _tentar(empresa, "stopped", 50)
    assert _abertos(empresa) == abertos
    assert list(Alerta.objects.values_list("severidade", flat=True)) == ["error"] * len(abertos)


@pytest.mark.parametrize("resultado", ["refused", "not_sent", "uncertain"])
def test_every_kind_of_attempt_that_did_not_send_is_an_error(
    empresa: Empresa, instancia: Instancia, resultado: str
) -> None:
    _tentar(empresa, resultado, 20)
    assert _abertos(empresa) == ["cobranca.erros"]
    assert Alerta.objects.get().detalhe == "20 de 20 tentativas da última hora não enviaram."


@pytest.mark.parametrize(("entregues", "alarme"), [(4, False), (3, True)])
def test_a_sender_whose_messages_do_not_arrive_is_an_alarm_though_it_is_open(
    empresa: Empresa, instancia: Instancia, entregues: int, alarme: bool
) -> None:
    saiu = {"status": "sent", "instancia": instancia, "enviada_em": AGORA - timedelta(hours=2)}
    Mensagem.objects.filter(status="pending").update(**saiu)
    chegaram = list(Mensagem.objects.filter(status="sent").values_list("pk", flat=True)[:entregues])
    Mensagem.objects.filter(pk__in=chegaram).update(entregue_em=AGORA)
    assert _abertos(empresa) == ([f"cobranca.entregas.{instancia.pk}"] if alarme else [])


def test_what_has_just_left_has_no_need_to_have_arrived(empresa: Empresa, instancia: Instancia) -> None:
    saiu = {"status": "sent", "instancia": instancia, "enviada_em": AGORA - timedelta(minutes=59)}
    Mensagem.objects.filter(status="pending").update(**saiu)
    assert _abertos(empresa) == []


def test_an_alert_is_mailed_once_and_closes_by_itself(
    empresa: Empresa,
    instancia: Instancia,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.ALERTAS_EMAIL = ["plantao@exemplo.com.br"]
    Instancia.objects.update(doente_desde=AGORA - timedelta(minutes=31), motivo="Desconectada.")
    with django_capture_on_commit_callbacks(execute=True):
        assert _abertos(empresa) == _abertos(empresa) == [f"cobranca.instancia.{instancia.pk}"]
    [carta] = mail.outbox
    assert "WhatsApp principal sem condições há mais de 30 minutos" in carta.subject
    assert "Desconectada." in carta.body
    Instancia.objects.update(doente_desde=None)
    assert _abertos(empresa) == []
    assert Alerta.objects.get().resolvido_em == AGORA


def test_a_sender_that_was_switched_off_alarms_nobody(empresa: Empresa, instancia: Instancia) -> None:
    Instancia.objects.update(doente_desde=AGORA - timedelta(days=3), ativa=False)
    assert _abertos(empresa) == []
