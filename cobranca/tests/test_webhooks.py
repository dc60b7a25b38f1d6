import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cobranca.models import Contato, EventoRecebido, Instancia, Mensagem
from cobranca.services import webhooks
from cobranca.services.instancias import CABECALHO_DO_SEGREDO, instancia_criar
from cobranca.services.referencias import ids_das_referencias, referencia_de
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.services.webhooks import eventos_processar
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, novo_ciclo
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db


class Gateway:
    """Posts events as the gateway does."""

    def __init__(self, empresa: Empresa, url: str) -> None:
        with escopo(empresa):
            self.instancia, self.segredo = instancia_criar(
                empresa=empresa, ator=ATOR, nome="principal", url=url, chave="chave", por_minuto=0
            )
        self.empresa = empresa

    def avisar(self, evento: str, dados: Any, **cabecalhos: str) -> Any:
        corpo = {"event": evento, "instance": "principal", "data": dados, "apikey": "SEGREDO-DA-INSTANCIA"}
        return self.postar(json.dumps(corpo), **cabecalhos)

    def postar(self, corpo: str | bytes, codigo: str | None = None, segredo: str | None = None) -> Any:
        return Client().post(
            f"/webhooks/evolution/{codigo or self.instancia.codigo}/",
            corpo,
            content_type="application/json",
            headers={CABECALHO_DO_SEGREDO: self.segredo if segredo is None else segredo},
        )

    def processar(self) -> int:
        with escopo(self.empresa):
            return eventos_processar(empresa=self.empresa)

    def entrega(self, mensagem: Mensagem, status: str) -> Any:
        return self.avisar(
            "messages.update", {"keyId": mensagem.provider_id, "fromMe": True, "status": status}
        )

    def disse(self, texto: str, **chave: Any) -> Any:
        remoto = {"remoteJid": "551180000001@s.whatsapp.net", "fromMe": False, "id": "ABC", **chave}
        return self.avisar(
            "messages.upsert", {"key": remoto, "message": {"conversation": texto}, "messageTimestamp": 1}
        )


@pytest.fixture
def gateway(empresa: Empresa, simulado: Simulado) -> Gateway:
    return Gateway(empresa, simulado.url)


@pytest.fixture
def enviada(gateway: Gateway) -> Mensagem:
    with escopo(gateway.empresa):
        novo_ciclo(gateway.empresa)
    rodada_da_empresa(empresa=gateway.empresa)
    return Mensagem.objects.get(status="sent")


def test_delivery_and_read_may_come_in_any_order_and_twice(gateway: Gateway, enviada: Mensagem) -> None:
    for status in ("READ", "DELIVERY_ACK", "READ"):
        assert gateway.entrega(enviada, status).status_code == 200
    gateway.processar()
    enviada.refresh_from_db()
    assert enviada.status == "read"
    assert enviada.entregue_em is not None
    assert EventoRecebido.objects.filter(processado_em=None).count() == 0


def test_the_same_body_twice_is_stored_once(gateway: Gateway, enviada: Mensagem) -> None:
    gateway.entrega(enviada, "READ")
    gateway.entrega(enviada, "READ")
    assert EventoRecebido.objects.count() == 1


def test_a_receipt_that_comes_before_its_message_is_recorded_waits_for_it(
    gateway: Gateway, enviada: Mensagem
) -> None:
    Mensagem.objects.filter(pk=enviada.pk).update(provider_id="")
    gateway.entrega(enviada, "DELIVERY_ACK")
    gateway.processar()
    assert EventoRecebido.objects.get().processado_em is None
    Mensagem.objects.filter(pk=enviada.pk).update(provider_id=enviada.provider_id)
    EventoRecebido.objects.update(tentar_em=None)
    gateway.processar()
    enviada.refresh_from_db()
    assert enviada.status == "delivered"


def test_an_error_after_acceptance_is_a_failure_with_its_reason(gateway: Gateway, enviada: Mensagem) -> None:
    gateway.entrega(enviada, "ERROR")
    gateway.processar()
    enviada.refresh_from_db()
    assert (enviada.status, enviada.erro) == ("failed", "O WhatsApp recusou a mensagem depois de aceitá-la.")


@pytest.mark.parametrize("palavra", ["SAIR", " parar. ", "Cancelar!"])
def test_an_opt_out_word_stops_everything_at_once_and_is_confirmed(
    gateway: Gateway, simulado: Simulado, palavra: str
) -> None:
    with escopo(gateway.empresa):
        ciclo = novo_ciclo(gateway.empresa, vencimento=_futuro())
    assert gateway.disse(palavra).status_code == 200
    assert Contato.objects.get().optout_em is not None
    lembretes = Mensagem.objects.filter(ciclo=ciclo, tipo="lembrete")
    assert set(lembretes.values_list("status", flat=True)) == {"cancelled"}
    rodada_da_empresa(empresa=gateway.empresa)
    [texto] = simulado.textos()
    assert "não receberá mais mensagens" in texto
    gateway.disse(palavra, id="DEF")
    rodada_da_empresa(empresa=gateway.empresa)
    assert len(simulado.textos()) == 1


def _futuro() -> str:
    from datetime import date, timedelta

    return str(date.today() + timedelta(days=20))


@pytest.mark.parametrize(
    ("texto", "chave"),
    [
        ("quero SAIR daqui", {}),
        ("SAIR", {"fromMe": True}),
        ("SAIR", {"remoteJid": "12036300000@g.us"}),
        ("SAIR", {"remoteJid": "551199999999@s.whatsapp.net"}),
    ],
)
def test_other_words_people_and_groups_stop_nothing(
    gateway: Gateway, texto: str, chave: dict[str, Any]
) -> None:
    with escopo(gateway.empresa):
        novo_ciclo(gateway.empresa)
    gateway.disse(texto, **chave)
    assert Contato.objects.get().optout_em is None


def test_an_opt_out_from_a_hidden_number_is_found_by_its_alternative(gateway: Gateway) -> None:
    with escopo(gateway.empresa):
        novo_ciclo(gateway.empresa)
    gateway.disse(
        "SAIR", remoteJid="1234567@lid", addressingMode="lid", remoteJidAlt="5511980000001@s.whatsapp.net"
    )
    assert Contato.objects.get().optout_em is not None


def test_the_instances_token_is_stored_nowhere(gateway: Gateway, enviada: Mensagem) -> None:
    gateway.entrega(enviada, "READ")
    assert "SEGREDO-DA-INSTANCIA" not in json.dumps(EventoRecebido.objects.get().dados)


def test_bad_requests_are_told_apart_and_store_nothing(gateway: Gateway) -> None:
    assert gateway.postar("{}", segredo="errado").status_code == 401
    assert gateway.postar("{}", segredo="").status_code == 401
    assert gateway.postar("{}", codigo="nenhuma").status_code == 404
    assert gateway.postar("{isto não é json").status_code == 400
    assert gateway.postar(b'{"x":"' + b"a" * 10_000_000 + b'"}').status_code == 413
    lida = Client().get(f"/webhooks/evolution/{gateway.instancia.codigo}/")
    assert (lida.status_code, lida["Allow"], lida["Content-Type"]) == (
        405,
        "POST",
        "application/problem+json",
    )
    assert EventoRecebido.objects.count() == 0


@pytest.mark.parametrize("corpo", ["[]", '"x"', "null", "5"])
def test_json_that_is_no_object_is_refused(gateway: Gateway, corpo: str) -> None:
    assert gateway.postar(corpo).status_code == 400
    assert EventoRecebido.objects.count() == 0


@pytest.mark.parametrize("corpo", ["{}", '{"event":5,"instance":"principal"}', '{"event":"a\\u0000b"}'])
def test_json_that_is_no_event_is_kept_and_set_aside(gateway: Gateway, corpo: str) -> None:
    assert gateway.postar(corpo).status_code == 200
    gateway.processar()
    assert EventoRecebido.objects.get().resultado.startswith("inválido")


def test_a_lost_answer_is_made_up_for_by_the_gateways_own_event(gateway: Gateway, simulado: Simulado) -> None:
    with escopo(gateway.empresa):
        novo_ciclo(gateway.empresa)
    simulado.modo("erro_depois", queda=True)
    rodada_da_empresa(empresa=gateway.empresa)
    mensagem = Mensagem.objects.get(status="sending")
    assert mensagem.incerta_em is not None
    [saiu] = simulado.enviadas()
    gateway.avisar(
        "send.message",
        {
            "key": {"id": saiu["id"], "remoteJid": f"{saiu['numero']}@s.whatsapp.net", "fromMe": True},
            "message": {"conversation": saiu["texto"]},
            "messageTimestamp": 1_790_000_000,
        },
    )
    gateway.processar()
    mensagem.refresh_from_db()
    assert (mensagem.status, mensagem.provider_id) == ("sent", saiu["id"])


def test_a_connection_event_stops_the_sender_until_it_is_checked(gateway: Gateway, enviada: Mensagem) -> None:
    gateway.avisar("connection.update", {"instance": "principal", "state": "close", "statusReason": 401})
    gateway.processar()
    instancia = Instancia.objects.get()
    assert (instancia.sadia, instancia.estado) == (False, "close")
    gateway.avisar("connection.update", {"instance": "principal", "state": "open", "statusReason": 200})
    gateway.processar()
    assert Instancia.objects.get().verificada_em is None


def test_every_id_has_a_reference_of_its_own_that_leads_back_to_it() -> None:
    ids = [*range(1, 3000), 10**9, 2**44]
    referencias = [referencia_de(i) for i in ids]
    assert len(set(referencias)) == len(ids)
    assert [ids_das_referencias(f"texto\nRef. {r}") for r in referencias] == [[i] for i in ids]


def test_a_temporary_drop_stops_the_sender_too(gateway: Gateway, enviada: Mensagem) -> None:
    """WhatsApp sends no `close` for one that comes back by itself, only `connecting`."""
    gateway.avisar("connection.update", {"instance": "principal", "state": "connecting", "statusReason": 200})
    gateway.processar()
    instancia = Instancia.objects.get()
    assert (instancia.sadia, instancia.estado) == (False, "connecting")


def test_a_message_that_left_twice_is_told_in_its_history(
    gateway: Gateway, enviada: Mensagem, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.avisar(
        "send.message",
        {
            "key": {"id": "3EB0OUTRAVEZ", "remoteJid": "5511980000001@s.whatsapp.net", "fromMe": True},
            "message": {"conversation": enviada.texto},
        },
    )
    gateway.processar()
    assert EventoRecebido.objects.get().resultado == "saiu outra vez"
    assert enviada.historico.last().detalhe == "A mesma mensagem saiu outra vez (3EB0OUTRAVEZ)."
    assert "mensagem saiu duas vezes" in caplog.text
    antes = enviada.provider_id
    enviada.refresh_from_db()
    assert (enviada.status, enviada.provider_id) == ("sent", antes)


def test_a_reference_quoted_in_another_chat_proves_nothing(gateway: Gateway) -> None:
    with escopo(gateway.empresa):
        novo_ciclo(gateway.empresa)
    mensagem = Mensagem.objects.get(status="pending")
    Mensagem.objects.filter(pk=mensagem.pk).update(numero="+5511980000001")
    gateway.avisar(
        "send.message",
        {
            "key": {"id": "3EB0", "remoteJid": "5521999990000@s.whatsapp.net", "fromMe": True},
            "message": {"conversation": f"Sobre a Ref. {referencia_de(mensagem.pk)}"},
        },
    )
    gateway.processar()
    mensagem.refresh_from_db()
    assert (mensagem.status, EventoRecebido.objects.get().resultado) == ("pending", "não é de um ciclo")


def test_a_receipt_of_nobody_is_given_up_after_a_day(gateway: Gateway) -> None:
    dados = {"keyId": "3EB0DENINGUEM", "fromMe": True, "status": "READ"}
    gateway.avisar("messages.update", dados)
    esperas = []
    for _ in range(6):
        gateway.processar()
        evento = EventoRecebido.objects.get()
        esperas.append(round((evento.tentar_em - timezone.now()).total_seconds()))
        EventoRecebido.objects.update(tentar_em=None)
    assert esperas == [5, 15, 60, 300, 1800, 1800]
    assert evento.resultado == "aguardando: mensagem ainda não registrada"
    EventoRecebido.objects.update(recebido_em=timezone.now() - timedelta(hours=25))
    gateway.processar()
    evento.refresh_from_db()
    assert evento.processado_em is not None
    assert evento.resultado == "desistiu: mensagem ainda não registrada"


def test_whatsapp_refusing_after_it_accepted_is_a_failure(gateway: Gateway, enviada: Mensagem) -> None:
    gateway.entrega(enviada, "ERROR")
    gateway.processar()
    enviada.refresh_from_db()
    assert (enviada.status, enviada.erro) == ("failed", "O WhatsApp recusou a mensagem depois de aceitá-la.")


def test_an_opt_out_from_a_hidden_number_is_found_by_the_message_it_answers(
    gateway: Gateway, enviada: Mensagem
) -> None:
    corpo = {
        "key": {"remoteJid": "1234567@lid", "addressingMode": "lid", "fromMe": False, "id": "ABC"},
        "message": {"conversation": "PARAR"},
        "contextInfo": {"stanzaId": enviada.provider_id},
    }
    gateway.avisar("messages.upsert", corpo)
    assert Contato.objects.get().optout_em is not None


@pytest.mark.parametrize(
    ("texto", "chave"),
    [
        ("SAIR", {"fromMe": True}),  # typed on the company's own phone
        ("SAIR", {"remoteJid": "120363000000000000@g.us"}),  # in a group
        ("Quero sair mais tarde", {}),
        ("SAIR", {"remoteJid": "1234567@lid"}),  # nobody can be told from it
        ("SAIR", {"remoteJid": "5521988887777@s.whatsapp.net"}),  # nobody we remind
    ],
)
def test_what_is_no_request_of_a_contato_stops_nothing(
    gateway: Gateway, enviada: Mensagem, texto: str, chave: dict[str, Any]
) -> None:
    gateway.disse(texto, **chave)
    assert Contato.objects.get().optout_em is None
    assert EventoRecebido.objects.get().processado_em is not None


def test_an_event_of_another_instancia_changes_nothing(gateway: Gateway, enviada: Mensagem) -> None:
    corpo = {"event": "connection.update", "instance": "outra", "data": {"state": "close"}}
    assert gateway.postar(json.dumps(corpo)).status_code == 200
    gateway.processar()
    assert EventoRecebido.objects.get().resultado == "a instância do evento não é a do endereço"
    assert Instancia.objects.get().sadia is True


def test_an_event_our_own_code_stumbles_over_does_not_stop_those_behind_it(
    gateway: Gateway, enviada: Mensagem, monkeypatch: pytest.MonkeyPatch
) -> None:
    aplicar = webhooks._aplicar

    def tropecar(empresa: Empresa, evento: EventoRecebido) -> str:
        if evento.evento == "contacts.update":
            raise RuntimeError("defeito nosso")
        return aplicar(empresa, evento)

    monkeypatch.setattr(webhooks, "_aplicar", tropecar)
    gateway.avisar("contacts.update", {})
    gateway.entrega(enviada, "READ")
    gateway.processar()
    enviada.refresh_from_db()
    assert enviada.status == "read"
    tropeco = EventoRecebido.objects.get(evento="contacts.update")
    assert (tropeco.processado_em, tropeco.resultado) == (None, "erro interno; será tentado de novo")
