"""`/health/ready` names the part that fails, and only that one."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from config import agendador
from config.agendador import Agendador
from nucleo.models import Pulso

pytestmark = pytest.mark.django_db


def _pulsos(**segundos: int) -> None:
    for nome, atras in segundos.items():
        Pulso.objects.update_or_create(nome=nome, defaults={"em": timezone.now() - timedelta(seconds=atras)})


def _falhas(client: Client) -> tuple[int, list[str]]:
    resposta = client.get("/health/ready")
    return resposta.status_code, sorted(resposta.json()["falhas"])


@pytest.mark.parametrize(
    ("beat", "worker", "esperado"),
    [
        (1, 1, (200, [])),
        (1, 60, (503, ["worker"])),
        (60, 65, (503, ["beat"])),
        (60, 60, (503, ["beat"])),
        (60, 200, (503, ["beat", "worker"])),
    ],
)
def test_the_silent_part_is_named_alone(
    client: Client, beat: int, worker: int, esperado: tuple[int, list[str]]
) -> None:
    _pulsos(beat=beat, worker=worker)
    assert _falhas(client) == esperado


def test_parts_that_never_gave_a_sign_are_named(client: Client) -> None:
    assert _falhas(client) == (503, ["beat", "worker"])


@pytest.fixture
def beat(monkeypatch: pytest.MonkeyPatch) -> Agendador:
    from config.celery import app

    monkeypatch.setattr(Agendador, "setup_schedule", lambda self: None)
    monkeypatch.setattr("celery.beat.Scheduler.tick", lambda self, *a, **k: 5)
    return Agendador(app=app, lazy=True)


def test_beat_leaves_its_mark_at_most_every_ten_seconds(
    beat: Agendador, monkeypatch: pytest.MonkeyPatch
) -> None:
    batidas: list[str] = []
    agora = iter([100.0, 100.0, 105.0, 110.0, 110.0])
    monkeypatch.setattr(agendador, "monotonic", lambda: next(agora))
    monkeypatch.setattr(agendador, "pulso_bater", lambda *, nome: batidas.append(nome))
    assert [beat.tick(), beat.tick(), beat.tick()] == [5, 5, 5]
    assert batidas == ["beat", "beat"]


def test_beat_goes_on_where_the_database_is_away(beat: Agendador, monkeypatch: pytest.MonkeyPatch) -> None:
    def sem_banco(*, nome: str) -> None:
        raise OperationalError("server closed the connection")

    fechadas: list[bool] = []
    monkeypatch.setattr(agendador, "pulso_bater", sem_banco)
    monkeypatch.setattr(agendador, "close_old_connections", lambda: fechadas.append(True))
    assert beat.tick() == 5
    assert fechadas == [True]
    assert not Pulso.objects.exists()
