"""How a ciclo ends: paid with thanks or without, cancelled, concluded days after its last message."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cobranca.models import Ciclo, ConfiguracaoCobranca, EventoRecebido, Mensagem, Template
from cobranca.services import ciclo_cancelar, ciclo_pagar, ciclo_prometer
from cobranca.services.contatos import optout_registrar
from cobranca.services.manutencao import faxina
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, nova_instancia, novo_ciclo
from nucleo.datas import hoje
from nucleo.errors import Conflito, ErroDeValidacao, NaoEncontrado
from nucleo.escopo import escopo
from nucleo.models import Empresa, RegistroAuditoria
from nucleo.telefones import chave_telefone

pytestmark = pytest.mark.django_db
AGORA = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0)


@pytest.fixture
def relogio() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(AGORA, tick=True) as viagem:
        yield viagem


def _pagar(empresa: Empresa) -> Ciclo:
    return ciclo_pagar(empresa=empresa, ator=ATOR, external_billing_id="FAT-000001")


def test_a_payment_is_thanked_once_where_the_empresa_wants_it(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        ConfiguracaoCobranca.objects.update(agradecimento=True)
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa)
        _pagar(empresa)
    for _ in range(2):
        rodada_da_empresa(empresa=empresa)
    [texto] = simulado.textos()
    assert texto.startswith("Olá, Cliente 1! Recebemos o pagamento de FAT-000001, de R$ 150,00. Obrigado!")
    lembretes = Mensagem.objects.filter(tipo="lembrete").exclude(status="superseded")
    assert set(lembretes.values_list("status", flat=True)) == {"cancelled"}


def test_by_default_a_payment_is_not_thanked(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa)
        _pagar(empresa)
    rodada_da_empresa(empresa=empresa)
    assert simulado.enviadas() == []


def test_whoever_asked_to_be_left_alone_is_not_thanked_either(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        ConfiguracaoCobranca.objects.update(agradecimento=True)
        nova_instancia(empresa, simulado.url)
        ciclo = novo_ciclo(empresa)
        chave = chave_telefone(ciclo.contato.telefone) or ""
        optout_registrar(empresa=empresa, ator=ATOR, chave_fone=chave, motivo="SAIR")
        _pagar(empresa)
    rodada_da_empresa(empresa=empresa)
    assert [texto[:6] for texto in simulado.textos()] == ["Pronto"]
    assert Mensagem.objects.get(tipo="agradecimento").status == "cancelled"


def test_without_its_template_the_thanks_say_that_the_generic_one_left(
    empresa: Empresa, simulado: Simulado
) -> None:
    with escopo(empresa):
        ConfiguracaoCobranca.objects.update(agradecimento=True)
        Template.objects.filter(nome="Agradecimento").update(ativo=False)
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa)
        _pagar(empresa)
    rodada_da_empresa(empresa=empresa)
    aviso = Mensagem.objects.get(tipo="agradecimento").aviso
    assert aviso == "Modelo “Agradecimento” desligado: saiu o genérico."


def test_a_ciclo_is_concluded_days_after_its_last_message_and_not_before(
    empresa: Empresa, simulado: Simulado, relogio: time_machine.Traveller
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        ciclo = novo_ciclo(empresa)
    rodada_da_empresa(empresa=empresa)
    relogio.shift(timedelta(days=6))
    faxina()
    ciclo.refresh_from_db()
    assert ciclo.status == "ativo", "um pedido repetido ainda é um duplicado"
    with escopo(empresa), pytest.raises(Conflito):
        novo_ciclo(empresa)
    relogio.shift(timedelta(days=2))
    faxina()
    ciclo.refresh_from_db()
    assert (ciclo.status, ciclo.versao) == ("concluido", 2)
    with escopo(empresa):
        assert _pagar(empresa).pk == ciclo.pk, "quem paga tarde ainda paga este"
        with pytest.raises(Conflito):
            _pagar(empresa)


def test_a_ciclo_with_something_left_to_send_or_to_decide_is_not_concluded(
    empresa: Empresa, relogio: time_machine.Traveller
) -> None:
    with escopo(empresa):
        novo_ciclo(empresa, 1)
        novo_ciclo(empresa, 2)
        Mensagem.objects.filter(ciclo__external_billing_id="FAT-000002", status="pending").update(
            status="held"
        )
    relogio.shift(timedelta(days=60))
    faxina()
    assert set(Ciclo.objects.values_list("status", flat=True)) == {"ativo"}


def test_old_events_are_forgotten_once_they_are_settled(
    empresa: Empresa, relogio: time_machine.Traveller
) -> None:
    with escopo(empresa):
        instancia = nova_instancia(empresa, "http://127.0.0.1:1")
        for resumo, processado in (("a", AGORA), ("b", None)):
            EventoRecebido.objects.create(
                empresa=empresa,
                instancia=instancia,
                evento="x",
                resumo=resumo,
                dados={},
                processado_em=processado,
            )
    relogio.shift(timedelta(days=29))
    faxina()
    assert EventoRecebido.objects.count() == 2
    relogio.shift(timedelta(days=2))
    faxina()
    assert EventoRecebido.objects.get().resumo == "b"


def test_a_cancelled_ciclo_keeps_its_reason_on_every_message(empresa: Empresa) -> None:
    with escopo(empresa):
        ciclo = novo_ciclo(empresa)
        ciclo_cancelar(empresa=empresa, ator=ATOR, external_billing_id="FAT-000001", motivo="Nota devolvida.")
        parada = ciclo.mensagens.get(status="cancelled")
    assert parada.erro == "Nota devolvida."
    registro = RegistroAuditoria.objects.get(acao="ciclo_cancelado")
    assert registro.detalhe["mensagens_paradas"] == 1


@pytest.mark.parametrize("dias", [-1, 367])
def test_a_promise_goes_from_today_to_a_year(empresa: Empresa, dias: int) -> None:
    with escopo(empresa):
        ciclo = novo_ciclo(empresa)
        with pytest.raises(ErroDeValidacao, match="de hoje até um ano"):
            ciclo_prometer(
                empresa=empresa,
                ator=ATOR,
                external_billing_id="FAT-000001",
                pagar_ate=hoje(empresa.fuso) + timedelta(days=dias),
            )
        ciclo.refresh_from_db()
    assert (ciclo.pausado_ate, ciclo.versao) == (None, 1)


def test_a_promise_moves_reminders_and_not_the_answer_to_an_opt_out(
    empresa: Empresa, simulado: Simulado
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        ciclo = novo_ciclo(empresa)
        chave = chave_telefone(ciclo.contato.telefone) or ""
        optout_registrar(empresa=empresa, ator=ATOR, chave_fone=chave, motivo="SAIR")
        ate = hoje(empresa.fuso) + timedelta(days=5)
        ciclo_prometer(empresa=empresa, ator=ATOR, external_billing_id="FAT-000001", pagar_ate=ate)
    rodada_da_empresa(empresa=empresa)
    assert [texto[:6] for texto in simulado.textos()] == ["Pronto"]


def test_nothing_can_be_done_to_a_ciclo_that_is_over_or_unknown(empresa: Empresa) -> None:
    chamada = {"empresa": empresa, "ator": ATOR}
    with escopo(empresa):
        novo_ciclo(empresa)
        _pagar(empresa)
        with pytest.raises(Conflito, match="já está encerrado"):
            ciclo_prometer(**chamada, external_billing_id="FAT-000001", pagar_ate=hoje(empresa.fuso))
        for identificador in ("nenhum", "com\x00nulo"):
            with pytest.raises(NaoEncontrado):
                ciclo_cancelar(**chamada, external_billing_id=identificador)


def test_of_two_ciclos_of_one_identifier_the_active_one_is_paid(empresa: Empresa) -> None:
    with escopo(empresa):
        antigo = novo_ciclo(empresa)
        ciclo_cancelar(empresa=empresa, ator=ATOR, external_billing_id="FAT-000001")
        novo = novo_ciclo(empresa)
        assert _pagar(empresa).pk == novo.pk
        antigo.refresh_from_db()
    assert antigo.status == "cancelado"
