"""What is stuck or uncertain is looked up first, then goes on as the empresa chose."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cobranca.models import Ciclo, ConfiguracaoCobranca, Instancia, Mensagem, Tentativa
from cobranca.services import ciclo_pagar
from cobranca.services.decisoes import mensagem_decidir
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, nova_instancia, novo_ciclo
from nucleo.errors import Conflito, ErroDeValidacao
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
AGORA = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0)


@pytest.fixture
def relogio() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(AGORA, tick=True) as viagem:
        yield viagem


@pytest.fixture
def uma(empresa: Empresa, simulado: Simulado, relogio: object) -> Mensagem:
    """A due message of a ciclo, and a sender to send it."""
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        ciclo = novo_ciclo(empresa)
    return Mensagem.objects.get(ciclo=ciclo, status="pending")


def _rodada(empresa: Empresa, mensagem: Mensagem) -> Mensagem:
    rodada_da_empresa(empresa=empresa)
    mensagem.refresh_from_db()
    return mensagem


def _segurar_sem_registro() -> None:
    ConfiguracaoCobranca.objects.update(apos_sem_registro="held")


def test_what_the_gateway_stored_is_found_and_not_sent_again(
    empresa: Empresa, simulado: Simulado, uma: Mensagem, relogio: time_machine.Traveller
) -> None:
    simulado.modo("erro_depois", queda=True)
    assert _rodada(empresa, uma).status == "sending"
    simulado.modo("ok")
    relogio.shift(120)
    assert _rodada(empresa, uma).status == "sending", "antes do prazo ninguém conclui nada"
    relogio.shift(120)
    _rodada(empresa, uma)
    [saiu] = simulado.enviadas()
    assert (uma.status, uma.provider_id, uma.tentativas) == ("sent", saiu["id"], 1)
    assert list(uma.historico.values_list("resultado", flat=True)) == ["uncertain", "found"]


def test_a_clean_no_hit_goes_back_to_the_queue_and_may_leave_twice_by_default(
    empresa: Empresa, simulado: Simulado, uma: Mensagem, relogio: time_machine.Traveller
) -> None:
    simulado.modo("erro_depois_sem_registro", queda=True, vezes=1)
    _rodada(empresa, uma)
    relogio.shift(300)
    assert _rodada(empresa, uma).status == "pending"
    relogio.shift(300)
    assert _rodada(empresa, uma).status == "sent"
    assert len(simulado.enviadas()) == 2


def test_a_clean_no_hit_is_held_where_the_empresa_chose_so(
    empresa: Empresa, simulado: Simulado, uma: Mensagem, relogio: time_machine.Traveller
) -> None:
    _segurar_sem_registro()
    simulado.modo("erro_depois_sem_registro", queda=True, vezes=1)
    _rodada(empresa, uma)
    relogio.shift(300)
    assert _rodada(empresa, uma).status == "held"
    assert "não tem registro" in uma.erro
    relogio.shift(3600)
    _rodada(empresa, uma)
    assert len(simulado.enviadas()) == 1


def test_what_left_without_being_stored_is_always_held(
    empresa: Empresa, simulado: Simulado, uma: Mensagem
) -> None:
    simulado.modo("erro_depois_sem_registro", queda=False)
    assert _rodada(empresa, uma).status == "held"
    assert uma.erro.startswith("A mensagem saiu, mas o gateway não conseguiu registrá-la")


def test_a_look_up_that_gets_no_answer_decides_nothing(
    empresa: Empresa, simulado: Simulado, uma: Mensagem, relogio: time_machine.Traveller
) -> None:
    simulado.modo("erro_depois", queda=True)
    _rodada(empresa, uma)
    simulado.modo("offline")
    for _ in range(4):
        relogio.shift(3600)
        assert _rodada(empresa, uma).status == "sending"
    simulado.modo("ok")
    relogio.shift(3600)
    assert _rodada(empresa, uma).status == "sent"
    assert len(simulado.enviadas()) == 1


def test_a_message_whose_ciclo_was_paid_meanwhile_does_not_go_back_to_the_queue(
    empresa: Empresa, simulado: Simulado, uma: Mensagem, relogio: time_machine.Traveller
) -> None:
    simulado.modo("erro_antes", erro="queda")
    _rodada(empresa, uma)
    with escopo(empresa):
        ciclo_pagar(empresa=empresa, ator=ATOR, external_billing_id="FAT-000001")
    simulado.modo("ok")
    relogio.shift(300)
    assert _rodada(empresa, uma).status == "cancelled"
    assert simulado.enviadas() == []


def test_errors_are_retried_with_growing_pauses_until_the_limit(
    empresa: Empresa, simulado: Simulado, uma: Mensagem, relogio: time_machine.Traveller
) -> None:
    simulado.modo("erro_antes", erro="consulta")
    pausas = []
    for tentativa in range(1, 5):
        antes = datetime.now(UTC)
        _rodada(empresa, uma)
        assert (uma.status, uma.tentativas) == ("pending", tentativa)
        pausas.append((uma.agendada_para - antes).total_seconds())
        relogio.shift(3 * 3600)
    assert [round(p / 60 / 2**i) for i, p in enumerate(pausas)] == [1, 1, 1, 1]
    assert _rodada(empresa, uma).status == "failed"
    assert uma.erro.startswith("Desistimos depois de 5 tentativas.")
    assert simulado.enviadas() == []


def test_a_number_without_whatsapp_is_refused_for_good(
    empresa: Empresa, simulado: Simulado, relogio: object
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        ciclo = novo_ciclo(empresa, telefone="11987650000")
    rodada_da_empresa(empresa=empresa)
    mensagem = Mensagem.objects.get(ciclo=ciclo, tentativas=1)
    assert (mensagem.status, mensagem.erro) == ("failed", "Este número não tem WhatsApp.")


@pytest.mark.parametrize(("decisao", "status"), [("foi_enviada", "sent"), ("desistir", "cancelled")])
def test_a_person_settles_a_held_message(
    empresa: Empresa, simulado: Simulado, uma: Mensagem, decisao: str, status: str
) -> None:
    Mensagem.objects.filter(pk=uma.pk).update(status="held")
    with escopo(empresa):
        mensagem_decidir(empresa=empresa, ator=ATOR, mensagem_id=uma.pk, decisao=decisao)
        with pytest.raises(Conflito):
            mensagem_decidir(empresa=empresa, ator=ATOR, mensagem_id=uma.pk, decisao=decisao)
    assert _rodada(empresa, uma).status == status
    assert simulado.enviadas() == []


def test_a_person_may_send_a_held_message_again_but_not_for_an_ended_ciclo(
    empresa: Empresa, simulado: Simulado, uma: Mensagem
) -> None:
    Mensagem.objects.filter(pk=uma.pk).update(status="held", tentativas=5)
    with escopo(empresa):
        with pytest.raises(ErroDeValidacao):
            mensagem_decidir(empresa=empresa, ator=ATOR, mensagem_id=uma.pk, decisao="x")
        Ciclo.objects.update(status="cancelado", encerrado_em=AGORA)
        with pytest.raises(Conflito, match="encerrado"):
            mensagem_decidir(empresa=empresa, ator=ATOR, mensagem_id=uma.pk, decisao="reenviar")
        Ciclo.objects.update(status="ativo", encerrado_em=None)
        mensagem_decidir(empresa=empresa, ator=ATOR, mensagem_id=uma.pk, decisao="reenviar")
    assert _rodada(empresa, uma).status == "sent"


def test_after_three_days_without_gateway_each_ciclo_gets_one_message(
    empresa: Empresa, simulado: Simulado, relogio: time_machine.Traveller
) -> None:
    hoje = AGORA.date()
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        for numero in range(5):
            novo_ciclo(empresa, numero, vencimento=hoje + timedelta(days=2))
    simulado.modo("offline")
    for _ in range(3 * 24 + 1):
        rodada_da_empresa(empresa=empresa)
        relogio.shift(3600)
    assert simulado.enviadas() == []
    simulado.modo("ok")
    for _ in range(3):
        rodada_da_empresa(empresa=empresa)
        relogio.shift(900)
    assert len(simulado.enviadas()) == 5
    enviadas = Mensagem.objects.filter(status="sent")
    assert set(enviadas.values_list("passo", flat=True)) == {0}
    assert not Mensagem.objects.filter(status="failed").exists()


def test_three_failures_in_a_row_give_the_sender_a_rest_that_ends_by_itself(
    empresa: Empresa, simulado: Simulado, relogio: time_machine.Traveller
) -> None:
    with escopo(empresa):
        instancia = nova_instancia(empresa, simulado.url)
        for numero in range(6):
            novo_ciclo(empresa, numero)
    simulado.modo("erro_antes", erro="consulta")
    rodada_da_empresa(empresa=empresa)
    assert Tentativa.objects.count() == 3
    instancia.refresh_from_db()
    assert instancia.disjuntor_ate is not None
    rodada_da_empresa(empresa=empresa)
    assert Tentativa.objects.count() == 3
    simulado.modo("ok")
    relogio.shift(200)
    rodada_da_empresa(empresa=empresa)
    instancia.refresh_from_db()
    assert (instancia.falhas_seguidas, instancia.disjuntor_ate) == (0, None)
    assert len(simulado.enviadas()) == 6


def test_a_sick_sender_is_left_out_and_the_next_preference_stands_in(
    empresa: Empresa, simulado: Simulado, relogio: object
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, "http://127.0.0.1:1", nome="primeira", ordem=1)
        nova_instancia(empresa, simulado.url, nome="segunda", ordem=2)
        novo_ciclo(empresa)
    rodada_da_empresa(empresa=empresa)
    assert [e["instancia"] for e in simulado.enviadas()] == ["segunda"]
    assert Instancia.objects.get(nome="primeira").sadia is False
