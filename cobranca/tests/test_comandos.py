import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from cobranca.demo import cobranca_demo
from cobranca.middleware import VigiaDaAgenda
from cobranca.models import Ciclo, Instancia, Mensagem
from cobranca.services import alertas, manutencao, relogio
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, nova_instancia, novo_ciclo
from nucleo.errors import Conflito
from nucleo.escopo import escopo
from nucleo.models import Alerta, Empresa, Pulso, RegistroAuditoria

pytestmark = pytest.mark.django_db


def _json(*args: str) -> Any:
    saida = StringIO()
    call_command(*args, "--json", stdout=saida)
    return json.loads(saida.getvalue())


def test_a_sender_is_created_from_a_key_in_the_environment_and_never_shows_it(
    empresa: Empresa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAVE", "segredissimo-123")
    saida = StringIO()
    base = ("criar_instancia", "--empresa", "alfa", "--nome", "loja", "--chave-env", "CHAVE")
    call_command(*base, "--url", "http://127.0.0.1:1", "--por-minuto", "0", stdout=saida)
    instancia = Instancia.objects.get()
    assert (instancia.nome, instancia.por_minuto) == ("loja", 0)
    assert "segredissimo" not in saida.getvalue() + instancia.chave_cifrada
    assert "segredissimo" not in str(list(RegistroAuditoria.objects.values()))
    with pytest.raises(CommandError, match="já tem a instância"):
        call_command(*base, "--url", "http://127.0.0.1:1")
    with pytest.raises(CommandError, match="endereço"):
        call_command(*base[:-4], "--nome", "x", "--chave-env", "CHAVE", "--url", "não é url")
    monkeypatch.setenv("CHAVE", "")
    with pytest.raises(CommandError, match="vazia"):
        call_command(*base, "--url", "http://127.0.0.1:1")


def test_one_round_reports_what_it_did(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa)
    [relato] = _json("despachar_mensagens", "--uma-vez")
    assert (relato["empresa"], relato["enviadas"]) == ("alfa", 1)
    assert _json("recuperar_mensagens")[0]["achadas"] == 0
    [saude] = _json("verificar_instancias")
    assert saude["sadia"] is True
    situacao = _json("status_cobranca")
    assert situacao["empresas"][0]["mensagens"]["sent"] == 1
    assert situacao["ultima_rodada"] is not None


def test_a_sender_that_is_not_connected_is_sick_and_alarms_after_half_an_hour(
    empresa: Empresa, simulado: Simulado
) -> None:
    with escopo(empresa):
        instancia = nova_instancia(empresa, simulado.url)
    simulado.modo("desconectada")
    [saude] = _json("verificar_instancias")
    assert (saude["sadia"], saude["motivo"]) == (False, "A instância não está conectada ao WhatsApp.")
    assert _json("avaliar_alertas")["alfa"] == []
    Instancia.objects.update(doente_desde=timezone.now() - timedelta(minutes=31))
    chave = f"cobranca.instancia.{instancia.pk}"
    assert _json("avaliar_alertas")["alfa"] == [chave]
    assert Alerta.objects.get(chave=chave).severidade == "error"
    simulado.modo("ok")
    manutencao.instancias_verificar()
    assert _json("avaliar_alertas")["alfa"] == []
    assert Alerta.objects.get(chave=chave).resolvido_em is not None


def test_a_host_with_a_wrong_clock_neither_sends_nor_looks_up_and_says_so(
    empresa: Empresa, simulado: Simulado, settings: Settings
) -> None:
    settings.COBRANCA_RELOGIO_TOLERANCIA_S = 60
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa)
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=True):
        [rodada] = _json("despachar_mensagens", "--uma-vez")
        assert (rodada["enviadas"], rodada["motivo"]) == (0, relogio.MOTIVO)
        with pytest.raises(CommandError, match="Nada foi conferido: o relógio"):
            call_command("recuperar_mensagens")
    alerta = Alerta.objects.get(chave=relogio.CHAVE)
    assert (alerta.severidade, alerta.detalhe[:18]) == ("error", "Diferença de 7200 ")
    assert _json("despachar_mensagens", "--uma-vez")[0]["enviadas"] == 1
    alerta.refresh_from_db()
    assert alerta.resolvido_em is not None
    assert len(simulado.enviadas()) == 1


def test_a_silent_scheduler_is_an_alert_of_the_installation(db: None) -> None:
    assert alertas.agenda_vigiar() is False
    Pulso.objects.create(nome="cobranca.rodada", em=timezone.now() - timedelta(hours=25))
    assert alertas.agenda_vigiar() is True
    alerta = Alerta.objects.get()
    assert (alerta.empresa, alerta.severidade) == (None, "warning")
    Pulso.objects.update(em=timezone.now())
    assert alertas.agenda_vigiar() is False
    alerta.refresh_from_db()
    assert alerta.resolvido_em is not None


def test_a_scheduler_that_never_ran_is_silent_since_the_installation(db: None) -> None:
    def ha(**quanto: int) -> None:
        MigrationRecorder.Migration.objects.filter(app="cobranca").update(
            applied=timezone.now() - timedelta(**quanto)
        )

    ha(hours=23)
    assert alertas.agenda_vigiar() is False
    ha(hours=25)
    assert alertas.agenda_vigiar() is True
    assert Alerta.objects.get().severidade == "warning"


def test_the_demo_has_ciclos_and_messages_in_every_state_and_is_repeatable(
    empresa: Empresa, simulado: Simulado
) -> None:
    with escopo(empresa):
        chamada = {"empresa": empresa, "ator": ATOR, "hoje": date.today(), "simulador_url": simulado.url}
        assert cobranca_demo(**chamada) == 15
        assert cobranca_demo(**chamada) == 0
        assert set(Ciclo.objects.values_list("status", flat=True)) == set(Ciclo.Status.values)
        estados = set(Mensagem.objects.values_list("status", flat=True))
        assert set(Mensagem.Status.values) - estados == {"sending"}


def test_prometheus_is_told_of_every_empresa_without_being_in_its_scope(
    empresa: Empresa, client: Client
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, "http://127.0.0.1:1")
        novo_ciclo(empresa)
        with pytest.raises(Conflito):
            novo_ciclo(empresa)
    pagina = client.get("/metrics").content.decode()
    assert 'cobranca_mensagens{empresa="alfa",status="pending"} 1.0' in pagina
    assert 'cobranca_ciclos_criados_1h{empresa="alfa"} 1.0' in pagina
    assert 'cobranca_duplicados_1h{empresa="alfa"} 1.0' in pagina
    assert 'cobranca_instancia_sadia{empresa="alfa",instancia="principal"} 0.0' in pagina


def test_a_web_process_notices_a_silent_scheduler(db: None, client: Client) -> None:
    Pulso.objects.create(nome="cobranca.rodada", em=timezone.now() - timedelta(hours=25))
    vigia = VigiaDaAgenda(lambda request: HttpResponse("ok"))
    vigia(HttpRequest())
    assert not Alerta.objects.exists()
    vigia.proxima = 0.0
    vigia(HttpRequest())
    assert Alerta.objects.get().chave == "cobranca.agenda"
