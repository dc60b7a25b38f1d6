from typing import Any

import pytest
from django.core import mail
from pytest_django import DjangoCaptureOnCommitCallbacks

from nucleo.escopo import escopo
from nucleo.models import Alerta, Empresa
from nucleo.services.alertas import alerta_abrir, alerta_resolver

pytestmark = pytest.mark.django_db


def _abrir(empresa: Empresa | None, detalhe: str = "") -> Alerta:
    return alerta_abrir(
        empresa=empresa, chave="fila", severidade="error", titulo="Fila parada", detalhe=detalhe
    )


def test_an_alert_is_open_once_and_refreshed(no_escopo: Empresa) -> None:
    primeiro = _abrir(no_escopo)
    segundo = _abrir(no_escopo, "ainda")
    assert primeiro.pk == segundo.pk
    assert Alerta.objects.get().detalhe == "ainda"


def test_a_resolved_alert_may_open_again(no_escopo: Empresa) -> None:
    _abrir(no_escopo)
    assert alerta_resolver(empresa=no_escopo, chave="fila") is True
    assert alerta_resolver(empresa=no_escopo, chave="fila") is False
    _abrir(no_escopo)
    assert Alerta.objects.count() == 2


def test_an_alert_of_the_installation_is_seen_by_every_empresa_and_written_by_none(
    empresa: Empresa, outra_empresa: Empresa
) -> None:
    _abrir(None)
    _abrir(None)
    for uma in (empresa, outra_empresa):
        with escopo(uma):
            assert Alerta.objects.get().titulo == "Fila parada"
            assert alerta_resolver(empresa=None, chave="fila") is False
    assert alerta_resolver(empresa=None, chave="fila") is True


def test_a_new_alert_is_mailed_once(
    no_escopo: Empresa,
    settings: Any,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.ALERTAS_EMAIL = ["dono@example.com"]
    with django_capture_on_commit_callbacks(execute=True):
        _abrir(no_escopo)
    with django_capture_on_commit_callbacks(execute=True):
        _abrir(no_escopo)
    assert [m.subject for m in mail.outbox] == ["[backoffice] alfa: Fila parada"]


def test_a_mail_server_that_is_down_is_logged_and_the_alert_stays(
    no_escopo: Empresa,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.ALERTAS_EMAIL = ["dono@example.com"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with django_capture_on_commit_callbacks(execute=True):
        _abrir(no_escopo)
    assert Alerta.objects.get().titulo == "Fila parada"
    assert "alerta nao pode ser enviado por e-mail" in caplog.text
