"""Between the claim and the record anything may happen: a stopped process, a restart, another address."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as ajustes
from pytest_django import Settings

from cobranca.gateway import Cliente, Desfecho
from cobranca.models import Instancia, Mensagem
from cobranca.services import despacho
from cobranca.services.instancias import instancia_ajustar
from cobranca.services.orfas import MOTIVO_ENDERECO
from cobranca.services.recuperacao import mensagens_recuperar
from cobranca.services.referencias import referencia_de
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.tests import caos
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, nova_instancia, novo_ciclo
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa

MORTO = "http://127.0.0.1:1"


def _em_envio(mensagem: Mensagem, instancia: Instancia, *, ha: timedelta, **outros: Any) -> None:
    """What a claim leaves behind whose end nobody recorded."""
    quando = datetime.now(UTC) - ha
    Mensagem.objects.filter(pk=mensagem.pk).update(
        status="sending",
        token=f"11111111-1111-1111-1111-{mensagem.pk:012d}",
        reclamada_em=quando,
        instancia=instancia,
        numero=mensagem.ciclo.contato.telefone,
        tentativas=1,
        dia_envio=hoje("America/Sao_Paulo"),
        **outros,
    )


def _pendente(empresa: Empresa, numero: int) -> Mensagem:
    return Mensagem.objects.get(ciclo=novo_ciclo(empresa, numero), status="pending")


@pytest.mark.concorrencia
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("opcoes", "saidas"),
    [
        (["--parar=antes"], 1),
        (["--parar=depois"], 1),
        # The positive control: without the last look and the deadline the sleeper calls all the same.
        (["--parar=antes", "--sem-prazo"], 2),
    ],
)
def test_a_dispatcher_that_wakes_up_after_its_message_was_recovered_calls_nothing(
    empresa: Empresa, tmp_path: Path, opcoes: list[str], saidas: int
) -> None:
    with caos.simulador(tmp_path) as url:
        caos.preparar(empresa, url=url, mensagens=1, remetentes=1, apos_sem_registro="pending")
        dormente = caos.despachante(*opcoes)
        try:
            caos.esperar(lambda: caos.esta_parado(dormente.pid))
            acordar_apos = time.monotonic() + 1
            _outro_assume(empresa, url)
            caos.esperar(lambda: time.monotonic() > acordar_apos)
            os.kill(dormente.pid, signal.SIGCONT)
            assert dormente.wait(60) == 0
        finally:
            dormente.kill()
            dormente.wait()
    total, _ = caos.saidas(tmp_path)
    assert list(total.values()) == [saidas]
    assert Mensagem.objects.get(tentativas__gt=0).status == "sent"


def _outro_assume(empresa: Empresa, url: str) -> None:
    """Long after, another sender recovers the message and sends it."""
    antes = datetime.now(UTC) - timedelta(hours=2)
    Mensagem.objects.filter(status="sending").update(reclamada_em=antes)
    Instancia.objects.update(ativa=False)
    with escopo(empresa):
        nova_instancia(empresa, url, nome="outra")
    assert rodada_da_empresa(empresa=empresa).recuperadas.devolvidas == 1
    Mensagem.objects.filter(status="pending").update(agendada_para=datetime.now(UTC))
    assert rodada_da_empresa(empresa=empresa).enviadas == 1


@pytest.mark.django_db
def test_a_claim_that_lay_too_long_is_given_back_and_costs_no_attempt(
    empresa: Empresa, simulado: Simulado, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        mensagem = _pendente(empresa, 1)
    olhar = despacho._parada

    def demorar(mensagem: Mensagem) -> str:
        agora = time.monotonic()
        monkeypatch.setattr(despacho.time, "monotonic", lambda: agora + ajustes.COBRANCA_TIMEOUT_S)
        return olhar(mensagem)

    monkeypatch.setattr(despacho, "_parada", demorar)
    assert rodada_da_empresa(empresa=empresa).enviadas == 0
    monkeypatch.undo()
    mensagem.refresh_from_db()
    assert (mensagem.status, mensagem.tentativas, mensagem.token) == ("pending", 0, None)
    assert mensagem.erro == "O envio demorou a começar e voltou à fila."
    assert simulado.enviadas() == []
    assert rodada_da_empresa(empresa=empresa).enviadas == 1


def test_a_call_whose_deadline_is_over_writes_nothing(simulado: Simulado) -> None:
    with Cliente(url=simulado.url, instancia="x", chave="chave") as cliente:
        aquecida = cliente.enviar_texto(numero="5511987654321", texto="antes")
        tarde = cliente.enviar_texto(numero="5511987654321", texto="tarde", ate=time.monotonic() - 1)
    assert (aquecida.saiu, tarde.saiu) == (True, False)
    assert simulado.textos() == ["antes"]


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_recorded_through_a_restart_of_the_database(
    empresa: Empresa, simulado: Simulado, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        primeira, segunda = _pendente(empresa, 1), _pendente(empresa, 2)
    enviar = Cliente.enviar_texto

    def e_o_banco_cai(self: Cliente, **campos: Any) -> Desfecho:
        desfecho = enviar(self, **campos)
        caos.derrubar_esta_conexao()
        return desfecho

    monkeypatch.setattr(despacho, "ESPERAS_DO_BANCO_S", (0, 0, 0))
    monkeypatch.setattr(Cliente, "enviar_texto", e_o_banco_cai)
    relato = rodada_da_empresa(empresa=empresa)
    assert (relato.enviadas, relato.motivo) == (1, "o banco de dados caiu no meio da rodada")
    primeira.refresh_from_db()
    segunda.refresh_from_db()
    assert (primeira.status, segunda.status) == ("sent", "pending"), "sem a vez a rodada acaba"
    assert [h.resultado for h in primeira.historico.all()] == ["sent"]
    monkeypatch.undo()
    assert rodada_da_empresa(empresa=empresa).enviadas == 1
    assert len(simulado.enviadas()) == 2


@pytest.mark.django_db
def test_a_round_claims_nothing_more_once_it_has_lasted_too_long(
    empresa: Empresa, simulado: Simulado, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        _pendente(empresa, 1)
    monkeypatch.setattr(despacho, "RODADA_MAXIMA_S", -1)
    relato = rodada_da_empresa(empresa=empresa)
    assert (relato.enviadas, relato.motivo) == (0, "a rodada demorou demais")
    assert simulado.enviadas() == []


@pytest.mark.django_db
def test_an_instancia_that_does_not_answer_is_asked_once_and_delays_no_other(
    empresa: Empresa, simulado: Simulado, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escopo(empresa):
        muda = nova_instancia(empresa, MORTO, nome="muda")
        boa = nova_instancia(empresa, simulado.url, nome="boa")
        velhas = [_pendente(empresa, numero) for numero in range(4)]
    agora = datetime.now(UTC)
    for numero, mensagem in enumerate(velhas):
        instancia = boa if numero == 3 else muda
        quando = agora - timedelta(minutes=10 - numero)
        _em_envio(mensagem, instancia, ha=timedelta(hours=2), incerta_em=quando, consultar_em=quando)
    perguntadas = []
    procurar = Cliente.buscar_mensagem_por_referencia

    def contar(self: Cliente, **campos: Any) -> Any:
        perguntadas.append(self.instancia)
        return procurar(self, **campos)

    monkeypatch.setattr(Cliente, "buscar_mensagem_por_referencia", contar)
    with escopo(empresa):
        resultado = mensagens_recuperar(empresa=empresa)
    assert perguntadas == ["muda", "boa"]
    assert (resultado.sem_resposta, resultado.devolvidas) == (1, 1)
    assert [Mensagem.objects.get(pk=m.pk).status for m in velhas] == ["sending"] * 3 + ["pending"]


@pytest.mark.django_db
def test_the_look_up_asks_the_instancia_that_tried(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        tentou = nova_instancia(empresa, simulado.url, nome="tentou", ordem=2)
        nova_instancia(empresa, MORTO, nome="preferida", ordem=1)
        mensagem = _pendente(empresa, 1)
    with Cliente(url=simulado.url, instancia="tentou", chave="chave-de-teste") as cliente:
        texto = f"Olá\nRef. {referencia_de(mensagem.pk)}"
        cliente.enviar_texto(numero=mensagem.ciclo.contato.telefone, texto=texto)
    _em_envio(mensagem, tentou, ha=timedelta(hours=2))
    with escopo(empresa):
        assert mensagens_recuperar(empresa=empresa).achadas == 1
    mensagem.refresh_from_db()
    assert mensagem.status == "sent"


@pytest.mark.django_db
def test_what_is_under_way_when_the_address_changes_is_held(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        instancia = nova_instancia(empresa, MORTO)
        mensagem, outra = _pendente(empresa, 1), _pendente(empresa, 2)
        _em_envio(mensagem, instancia, ha=timedelta(minutes=1))
        ajustes_: dict[str, Any] = {
            "ordem": 1, "ativa": True, "por_minuto": 0, "variacao_ritmo": 20, "aquecimento_dias": 0,
        }  # fmt: skip
        comuns = {"empresa": empresa, "ator": ATOR, "instancia": instancia, **ajustes_}
        instancia_ajustar(**comuns, url=MORTO)
        mensagem.refresh_from_db()
        assert mensagem.status == "sending", "o mesmo endereço não segura nada"
        instancia_ajustar(**comuns, url=simulado.url)
    mensagem.refresh_from_db()
    outra.refresh_from_db()
    assert (mensagem.status, mensagem.erro, mensagem.token) == ("held", MOTIVO_ENDERECO, None)
    assert outra.status == "pending"
    assert rodada_da_empresa(empresa=empresa).enviadas == 1
    assert len(simulado.enviadas()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("tentativas", "status"), [(1, "superseded"), (0, "sent")])
def test_a_retry_is_superseded_once_a_later_step_has_left(
    empresa: Empresa, simulado: Simulado, tentativas: int, status: str
) -> None:
    """Attempts are set to zero by a person who sends again: that wish is kept."""
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        ciclo = novo_ciclo(empresa, vencimento=hoje(empresa.fuso) - timedelta(days=8))
        ontem = datetime.now(UTC) - timedelta(days=1)
        saiu = {"status": "sent", "enviada_em": ontem, "dia_envio": hoje(empresa.fuso) - timedelta(days=1)}
        Mensagem.objects.filter(ciclo=ciclo, passo=7).update(**saiu)
        Mensagem.objects.filter(ciclo=ciclo, passo=3).update(status="pending", tentativas=tentativas)
    rodada_da_empresa(empresa=empresa)
    assert Mensagem.objects.get(ciclo=ciclo, passo=3).status == status
    assert len(simulado.enviadas()) == (status == "sent")


@pytest.mark.django_db
def test_a_key_that_cannot_be_opened_makes_its_sender_sick_and_stops_no_other(
    empresa: Empresa, simulado: Simulado, settings: Settings
) -> None:
    with escopo(empresa):
        settings.COBRANCA_CHAVE_CIFRA = "antiga"
        nova_instancia(empresa, simulado.url, nome="restaurada")
        settings.COBRANCA_CHAVE_CIFRA = "nova"
        nova_instancia(empresa, simulado.url, nome="boa")
        _pendente(empresa, 1)
    assert rodada_da_empresa(empresa=empresa).enviadas == 1
    doente = Instancia.objects.get(nome="restaurada")
    assert (doente.sadia, doente.motivo) == (
        False,
        "A chave guardada não abre com a COBRANCA_CHAVE_CIFRA atual.",
    )
    assert [e["instancia"] for e in simulado.enviadas()] == ["boa"]
