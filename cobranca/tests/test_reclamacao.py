"""The claim in one statement: only what is still as it was read ahead is taken that way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from cobranca import locks
from cobranca.models import ConfiguracaoCobranca, Contato, Instancia, Mensagem
from cobranca.services import ciclo_pagar, reclamacao
from cobranca.services.contatos import optout_registrar
from cobranca.services.mesa import Mesa, mesa_da
from cobranca.services.reclamacao import mensagem_reclamar
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, nova_instancia, novo_ciclo
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa

NINGUEM = "http://127.0.0.1:9"
pytestmark = pytest.mark.django_db


def _tudo_pago(empresa: Empresa, mensagem: Mensagem) -> None:
    ciclo_pagar(empresa=empresa, ator=ATOR, external_billing_id=mensagem.ciclo.external_billing_id)


def _saiu_da_lista(empresa: Empresa, mensagem: Mensagem) -> None:
    optout_registrar(empresa=empresa, ator=ATOR, chave_fone=mensagem.ciclo.contato.chave_fone, motivo="SAIR")


def _outro_telefone(empresa: Empresa, mensagem: Mensagem) -> None:
    Contato.objects.filter(pk=mensagem.ciclo.contato_id).update(telefone="+5521987654321")


def _adiada(empresa: Empresa, mensagem: Mensagem) -> None:
    Mensagem.objects.filter(pk=mensagem.pk).update(agendada_para=timezone.now() + timedelta(days=1))


def _outra_do_ciclo_saiu_hoje(empresa: Empresa, mensagem: Mensagem) -> None:
    irma = Mensagem.objects.filter(ciclo=mensagem.ciclo, status="superseded").first()
    assert irma is not None
    irma.status, irma.enviada_em, irma.dia_envio = "sent", timezone.now(), hoje(empresa.fuso)
    irma.save()


def _passo_seguinte_venceu(empresa: Empresa, mensagem: Mensagem) -> None:
    irma = Mensagem.objects.filter(ciclo=mensagem.ciclo, status="superseded").first()
    assert irma is not None
    Mensagem.objects.filter(pk=irma.pk).update(status="pending", passo=mensagem.passo + 1)


def _envio_desligado(empresa: Empresa, mensagem: Mensagem) -> None:
    ConfiguracaoCobranca.objects.filter(empresa=empresa).update(modo="off")


def _mesa(empresa: Empresa, quantos: int = 1, **da_instancia: int) -> Mesa:
    instancia = nova_instancia(empresa, NINGUEM, **da_instancia)
    for numero in range(quantos):
        novo_ciclo(empresa, numero)
    return mesa_da(empresa=empresa, instancia=instancia)


def _proibida(*_: object) -> None:
    raise AssertionError("a mensagem tomou o caminho errado")


def test_an_ordinary_reminder_is_taken_as_it_was_read(
    empresa: Empresa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reclamacao, "_reclamar_com_trava", _proibida)
    with escopo(empresa):
        mesa = _mesa(empresa)
        mensagem, seguir = mensagem_reclamar(mesa)
        assert mensagem is not None
        assert seguir
        gravada = Mensagem.objects.get(pk=mensagem.pk)
    for campo in ("status", "token", "reclamada_em", "dia_envio", "texto", "numero", "tentativas"):
        assert getattr(gravada, campo) == getattr(mensagem, campo), campo
    assert (gravada.status, gravada.tentativas, gravada.instancia_id) == ("sending", 1, mesa.instancia.pk)


@pytest.mark.parametrize(
    "mudar",
    [
        _tudo_pago,
        _saiu_da_lista,
        _outro_telefone,
        _adiada,
        _outra_do_ciclo_saiu_hoje,
        _passo_seguinte_venceu,
        _envio_desligado,
    ],
)
def test_what_changed_since_it_was_read_is_not_taken_as_it_was_read(
    empresa: Empresa, mudar: Callable[[Empresa, Mensagem], None]
) -> None:
    with escopo(empresa):
        mesa = _mesa(empresa)
        instante = mesa.instante()
        lida = reclamacao._proxima_lida(mesa, instante)
        assert lida is not None
        mudar(empresa, Mensagem.objects.get(pk=lida.pk))
        assert not reclamacao._tomar_se_igual(mesa, lida, instante)
        assert Mensagem.objects.get(pk=lida.pk).status != "sending"


def test_unchanged_since_it_was_read_it_is_taken(empresa: Empresa) -> None:
    """The control of the test above: nothing but the change keeps a message from being taken."""
    with escopo(empresa):
        mesa = _mesa(empresa)
        instante = mesa.instante()
        lida = reclamacao._proxima_lida(mesa, instante)
        assert lida is not None
        assert reclamacao._tomar_se_igual(mesa, lida, instante)


def test_a_new_phone_number_is_the_one_that_is_claimed(empresa: Empresa) -> None:
    with escopo(empresa):
        mesa = _mesa(empresa, 2)
        mensagem_reclamar(mesa)
        Mensagem.objects.filter(status="sending").update(status="failed")
        seguinte = mesa.adiante[0]
        _outro_telefone(empresa, seguinte)
        mensagem, _ = mensagem_reclamar(mesa)
    assert mensagem is not None
    assert (mensagem.pk, mensagem.numero) == (seguinte.pk, "+5521987654321")


def test_after_a_detour_under_the_lock_the_reading_ahead_goes_on(
    empresa: Empresa, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escopo(empresa):
        mesa = _mesa(empresa, 4)
        reclamadas = []
        for volta in range(4):
            if volta == 1:
                _outro_telefone(empresa, mesa.adiante[0])
            if volta == 2:
                monkeypatch.setattr(reclamacao, "_reclamar_com_trava", _proibida)
            mensagem, _ = mensagem_reclamar(mesa)
            assert mensagem is not None
            reclamadas.append(mensagem.pk)
            Mensagem.objects.filter(pk=mensagem.pk).update(status="failed")
        assert reclamadas == list(
            Mensagem.objects.filter(status="failed")
            .order_by("agendada_para", "id")
            .values_list("pk", flat=True)
        )


def test_the_pace_of_the_sender_moves_with_the_claim_and_only_with_it(empresa: Empresa) -> None:
    with escopo(empresa):
        mesa = _mesa(empresa, 2, por_minuto=60, variacao_ritmo=0)
        mensagem, _ = mensagem_reclamar(mesa)
        assert mensagem is not None
        assert mensagem.reclamada_em is not None
        marcada = Instancia.objects.get(pk=mesa.instancia.pk).proxima_em
        assert marcada == mensagem.reclamada_em + timedelta(seconds=1) == mesa.instancia.proxima_em
        lida = mesa.adiante[0]
        _adiada(empresa, lida)
        assert not reclamacao._tomar_se_igual(mesa, lida, mesa.instante())
        assert Instancia.objects.get(pk=mesa.instancia.pk).proxima_em == marcada == mesa.instancia.proxima_em


@pytest.mark.django_db(transaction=True)
@pytest.mark.concorrencia
@pytest.mark.parametrize("tabela", ["cobranca_ciclo", "cobranca_mensagem"])
def test_a_row_that_somebody_holds_is_passed_over(empresa: Empresa, tabela: str) -> None:
    with escopo(empresa):
        mesa = _mesa(empresa)
        instante = mesa.instante()
        lida = reclamacao._proxima_lida(mesa, instante)
        assert lida is not None
        outra = psycopg2.connect(**connection.get_connection_params())
        with outra.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {tabela} FOR NO KEY UPDATE")
            assert not reclamacao._tomar_se_igual(mesa, lida, instante)
        outra.close()
        assert reclamacao._tomar_se_igual(mesa, lida, mesa.instante())


@pytest.mark.parametrize(("por_minuto", "com_a_proxima"), [(0, True), (6000, False)])
def test_a_record_waits_for_the_next_claims_commit_only_where_no_pause_lies_between(
    empresa: Empresa, simulado: Simulado, por_minuto: int, com_a_proxima: bool
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url, por_minuto=por_minuto)
        novo_ciclo(empresa)
    gravadas = []

    def anotar(executar: Any, sql: str, valores: Any, varias: bool, contexto: Any) -> Any:
        if sql.startswith("EXECUTE cobranca_gravar_enviada"):
            gravadas.append(valores[-1])
        return executar(sql, valores, varias, contexto)

    with connection.execute_wrapper(anotar):
        assert rodada_da_empresa(empresa=empresa).enviadas == 1
    assert gravadas == [com_a_proxima]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("caminho", ["como foi lida", "sob a trava"])
def test_nobody_claims_while_another_session_has_the_senders_turn(
    empresa: Empresa, caminho: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if caminho == "sob a trava":
        monkeypatch.setattr(reclamacao, "_proxima_lida", lambda mesa, instante: None)
    with escopo(empresa):
        mesa = _mesa(empresa)
        outra = psycopg2.connect(**connection.get_connection_params())
        with outra.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [locks.REMETENTE, mesa.instancia.pk])
            assert mensagem_reclamar(mesa) == (None, False)
            assert mesa.rodada.motivo == "outro processo está enviando por esta instância"
            assert not Mensagem.objects.filter(status="sending").exists()
        outra.close()
        mesa.cursor = None
        mensagem, _ = mensagem_reclamar(mesa)
        assert mensagem is not None
