"""Our webhook at the gateway: told before the first message leaves, told again when anything changes."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from cobranca.models import Instancia, Mensagem
from cobranca.services import manutencao
from cobranca.services.cifra import cifrar, decifrar
from cobranca.services.instancias import CABECALHO_DO_SEGREDO, instancia_ajustar
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.simulador.estado import Opcoes
from cobranca.simulador.servidor import em_execucao
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, nova_instancia, novo_ciclo
from nucleo.escopo import escopo
from nucleo.models import Empresa

BASE = "https://backoffice.exemplo.com.br"


@pytest.fixture
def com_eventos() -> Iterator[Simulado]:
    with em_execucao(opcoes=Opcoes()) as servidor:
        yield Simulado(servidor)


def _no_gateway(simulado: Simulado) -> Any:
    cabecalhos = {"apikey": "chave-de-teste"}
    return httpx.get(f"{simulado.url}/webhook/find/principal", headers=cabecalhos).json()


def _verificada(empresa: Empresa) -> Instancia:
    [instancia] = manutencao.instancias_verificar([empresa])[empresa.slug]
    return instancia


@pytest.mark.django_db
def test_the_health_check_registers_the_webhook_with_its_secret_once(
    empresa: Empresa, simulado: Simulado, settings: Settings
) -> None:
    settings.COBRANCA_WEBHOOK_BASE = BASE
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
    instancia = _verificada(empresa)
    registrado = _no_gateway(simulado)
    assert registrado["url"] == f"{BASE}/webhooks/evolution/alfa-principal/" == instancia.webhook_url
    assert registrado["headers"] == {CABECALHO_DO_SEGREDO: decifrar(instancia.segredo_cifrado)}
    assert {"MESSAGES_UPDATE", "MESSAGES_UPSERT"} <= set(registrado["events"])
    assert instancia.webhook_motivo == ""
    assert _verificada(empresa).webhook_registrado_em == instancia.webhook_registrado_em
    assert _no_gateway(simulado)["updatedAt"] == registrado["updatedAt"]


@pytest.mark.django_db
@pytest.mark.parametrize("mudanca", ["base", "segredo", "dia"])
def test_another_address_another_secret_or_a_day_registers_again(
    empresa: Empresa, simulado: Simulado, settings: Settings, mudanca: str
) -> None:
    settings.COBRANCA_WEBHOOK_BASE = "https://antes.exemplo.com.br"
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
    antes = _verificada(empresa)
    if mudanca == "base":
        settings.COBRANCA_WEBHOOK_BASE = BASE
    elif mudanca == "segredo":
        Instancia.objects.update(segredo_cifrado=cifrar("outro"))
    else:
        Instancia.objects.update(webhook_registrado_em=timezone.now() - timedelta(hours=25))
    depois = _verificada(empresa)
    assert depois.webhook_registrado_em > antes.webhook_registrado_em
    registrado = _no_gateway(simulado)
    assert registrado["url"].startswith(settings.COBRANCA_WEBHOOK_BASE)
    assert registrado["headers"] == {CABECALHO_DO_SEGREDO: decifrar(depois.segredo_cifrado)}


@pytest.mark.django_db
def test_another_gateway_is_told_too(empresa: Empresa, simulado: Simulado, settings: Settings) -> None:
    settings.COBRANCA_WEBHOOK_BASE = BASE
    with escopo(empresa):
        nova_instancia(empresa, "http://127.0.0.1:1")
    assert _verificada(empresa).webhook_registrado_em is None
    with escopo(empresa):
        instancia_ajustar(
            empresa=empresa, ator=ATOR, instancia=Instancia.objects.get(), url=simulado.url, ordem=1,
            ativa=True, por_minuto=0, variacao_ritmo=0, aquecimento_dias=0,
        )  # fmt: skip
    assert _verificada(empresa).webhook_url.startswith(BASE)


@pytest.mark.django_db
def test_without_a_public_address_the_gateway_is_told_nothing(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
    instancia = _verificada(empresa)
    assert (instancia.sadia, instancia.webhook_url, instancia.webhook_motivo) == (True, "", "")
    assert _no_gateway(simulado) is None


@pytest.mark.django_db
def test_a_refused_registration_is_shown_makes_nobody_sick_and_is_tried_again(
    empresa: Empresa, simulado: Simulado, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cobranca.simulador import instancias
    from cobranca.simulador.pedido import recusar

    settings.COBRANCA_WEBHOOK_BASE = BASE
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
    with monkeypatch.context() as falha:
        falha.setattr(instancias, "definir_webhook", lambda *_: recusar(500, "PrismaClient"))
        instancia = _verificada(empresa)
    assert (instancia.sadia, instancia.webhook_url) == (True, "")
    assert instancia.webhook_motivo == "O gateway respondeu com erro (HTTP 500)."
    instancia = _verificada(empresa)
    assert (instancia.webhook_motivo, bool(instancia.webhook_registrado_em)) == ("", True)


@pytest.mark.django_db(transaction=True)
def test_a_message_of_a_new_sender_becomes_read_without_anybody_configuring_anything(
    empresa: Empresa, com_eventos: Simulado, live_server: LiveServer, settings: Settings
) -> None:
    settings.COBRANCA_WEBHOOK_BASE = live_server.url
    with escopo(empresa):
        nova_instancia(empresa, com_eventos.url)
        novo_ciclo(empresa)
    rodada_da_empresa(empresa=empresa)
    prazo = time.monotonic() + 20
    estado = ""
    while estado != Mensagem.Status.LIDA and time.monotonic() < prazo:
        manutencao.webhooks_processar([empresa])
        estado = Mensagem.objects.exclude(enviada_em=None).values_list("status", flat=True).get()
    mensagem = Mensagem.objects.exclude(enviada_em=None).get()
    assert mensagem.status == Mensagem.Status.LIDA
    assert mensagem.enviada_em <= mensagem.entregue_em <= mensagem.lida_em
