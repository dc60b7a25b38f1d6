"""Webhook payloads: the recorded ones are understood, and nothing else gets in or breaks anything."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranca.gateway.eventos import (
    Conexao,
    Entrega,
    Enviada,
    EventoInvalido,
    Ignorado,
    MensagemRecebida,
    e_pedido_de_saida,
    ler_evento,
    sem_segredos,
)
from cobranca.tests import gravado


@pytest.mark.parametrize(
    ("status", "situacao", "ordem"),
    [("DELIVERY_ACK", "delivered", 3), ("READ", "read", 4), ("ERROR", "failed", 0)],
)
def test_entrega_gravada_e_lida_pelo_key_id(status: str, situacao: str, ordem: int) -> None:
    corpo = gravado.aviso("messages.update", status=status)["body"]
    evento = ler_evento(corpo)
    assert isinstance(evento, Entrega)
    assert evento.key_id == corpo["data"]["keyId"]
    assert (evento.instancia, evento.status, evento.situacao, evento.ordem) == (
        "cobranca",
        status,
        situacao,
        ordem,
    )


def _recebida(texto: str, **chave: Any) -> dict[str, Any]:
    for aviso in gravado.avisos():
        corpo = aviso["body"]
        if corpo["event"] != "messages.upsert" or corpo["data"]["message"]["conversation"] != texto:
            continue
        if all(corpo["data"]["key"].get(c) == v for c, v in chave.items()):
            return dict(corpo)
    raise LookupError(texto)


def test_mensagem_do_cliente_traz_telefone_texto_e_pedido_de_saida() -> None:
    evento = ler_evento(_recebida("SAIR", addressingMode="pn"))
    assert evento == MensagemRecebida(
        instancia="cobranca",
        id="3ADD9D1D8D0E6A9F42D7",
        telefone="5511987654321",
        remote_jid="5511987654321@s.whatsapp.net",
        texto="SAIR",
        de_mim=False,
        grupo=False,
        nome="Maria",
        em=datetime.fromtimestamp(1795344443, UTC),
        responde_a="",
    )
    assert evento.pede_saida


def test_com_endereco_lid_o_telefone_vem_do_alternativo() -> None:
    evento = ler_evento(_recebida("SAIR", addressingMode="lid"))
    assert isinstance(evento, MensagemRecebida)
    assert evento.telefone == "5511987654329"
    assert evento.remote_jid == "123456789012345@lid"
    assert evento.pede_saida


def test_resposta_citando_a_nossa_mensagem_diz_qual() -> None:
    evento = ler_evento(_recebida("parar"))
    assert isinstance(evento, MensagemRecebida)
    assert evento.responde_a == "3EB00E619B6893898CAEC7"
    assert evento.pede_saida


def test_o_que_a_empresa_digita_no_celular_nao_e_pedido_de_saida() -> None:
    corpo = _recebida("mandado pelo celular da empresa")
    corpo["data"] = corpo["data"] | {"message": {"conversation": "SAIR"}}
    evento = ler_evento(corpo)
    assert isinstance(evento, MensagemRecebida)
    assert evento.de_mim
    assert not evento.pede_saida


def test_sair_em_grupo_nao_e_pedido_de_saida() -> None:
    corpo = json.loads(json.dumps(_recebida("SAIR", addressingMode="pn")))
    corpo["data"]["key"]["remoteJid"] = "120363000000000000@g.us"
    evento = ler_evento(corpo)
    assert isinstance(evento, MensagemRecebida)
    assert (evento.grupo, evento.telefone, evento.pede_saida) == (True, "", False)


def test_envio_gravado_prova_que_saiu() -> None:
    evento = ler_evento(gravado.aviso("send.message")["body"])
    assert isinstance(evento, Enviada)
    assert evento.key_id == "3EB00E619B6893898CAEC7"
    assert evento.telefone == "5511987654321"
    assert evento.texto.startswith("Olá, sua fatura")


@pytest.mark.parametrize("estado", ["connecting", "open", "close"])
def test_conexao_gravada_diz_o_estado(estado: str) -> None:
    evento = ler_evento(gravado.aviso("connection.update", state=estado)["body"])
    assert isinstance(evento, Conexao)
    assert evento.estado == estado
    assert evento.motivo == (401 if estado == "close" else 200)
    assert evento.telefone == ("5511900000000" if estado == "open" else "")


def test_desconexao_final_e_evento_sem_uso_sao_lidos() -> None:
    assert ler_evento(gravado.aviso("status.instance")["body"]) == Conexao("cobranca", "close", 401, "")
    assert ler_evento(gravado.aviso("logout.instance")["body"]) == Ignorado("cobranca", "logout.instance")


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "texto",
        7,
        {},
        {"event": "messages.update"},
        {"event": 7, "instance": "x"},
        {"event": "messages.update", "instance": ""},
        {"event": "messages.update", "instance": "x"},
        {"event": "messages.update", "instance": "x", "data": []},
        {"event": "messages.update", "instance": "x", "data": {"status": "READ"}},
        {"event": "messages.upsert", "instance": "x", "data": {"key": {"id": "1"}}},
        {"event": "messages.upsert", "instance": "x", "data": {"key": "texto"}},
        {"event": "send.message", "instance": "x", "data": {"key": {"id": 7}}},
    ],
)
def test_payload_invalido_e_recusado_com_motivo(payload: Any) -> None:
    with pytest.raises(EventoInvalido) as erro:
        ler_evento(payload)
    assert str(erro.value)


def test_estado_desconhecido_e_ignorado() -> None:
    payload = {"event": "messages.update", "instance": "x", "data": {"keyId": "1", "status": "DELETED"}}
    assert ler_evento(payload) == Ignorado("x", "messages.update")


@pytest.mark.parametrize("momento", [None, True, -1, 10**30, "abc", "99999999999999", [], 1795344443000])
def test_hora_absurda_vira_nenhuma(momento: Any) -> None:
    corpo = _recebida("SAIR", addressingMode="pn")
    corpo["data"] = corpo["data"] | {"messageTimestamp": momento}
    evento = ler_evento(corpo)
    assert isinstance(evento, MensagemRecebida)
    assert evento.em is None


@pytest.mark.parametrize(
    "texto",
    [
        "SAIR",
        "sair",
        " Sair. ",
        "*PARAR*",
        "parar!!!",
        "Cancelar",
        "“cancelar”",
        "s a i r",
        "SAÍR",
        "ＳＡＩＲ",
        "sair 🙏",
        "\u200bsair",
    ],
)
def test_palavra_de_saida_vale_escrita_de_qualquer_jeito(texto: str) -> None:
    assert e_pedido_de_saida(texto)


@pytest.mark.parametrize(
    "texto",
    [
        "",
        "não quero sair",
        "sair daqui",
        "pare",
        "parar de cobrar",
        "cancelar 2",
        "cancelei",
        "sairr",
        "sair" * 500,
        "🙏",
    ],
)
def test_frase_com_a_palavra_nao_e_pedido_de_saida(texto: str) -> None:
    assert not e_pedido_de_saida(texto)


def test_segredos_saem_de_todo_lugar_e_o_original_fica() -> None:
    for aviso in gravado.avisos():
        original = json.dumps(aviso["body"])
        limpo = sem_segredos(aviso["body"])
        assert "inst-token-cobranca" not in json.dumps(limpo)
        assert "apikey" not in limpo
        assert json.dumps(aviso["body"]) == original
        assert limpo["event"] == aviso["body"]["event"]
    payload = {
        "apikey": "abcd1234",
        "data": [{"Token": "x"}, {"url": "http://h/?k=abcd1234"}],
        "qrcode": {"code": "2@"},
    }
    assert sem_segredos(payload) == {"data": [{}, {"url": "http://h/?k=***"}]}


def test_o_que_o_banco_recusaria_e_tirado() -> None:
    payload = json.loads('{"a": "x\\u0000y", "b": "\\ud83d", "c": NaN, "d": [Infinity, 1.5], "\\u0000k": 1}')
    assert sem_segredos(payload) == {"a": "xy", "b": "?", "c": None, "d": [None, 1.5], "k": 1}


def test_aninhamento_absurdo_e_cortado() -> None:
    payload: Any = "fundo"
    for _ in range(500):
        payload = {"a": [payload]}
    assert "fundo" not in json.dumps(sem_segredos(payload))


VALORES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda filhos: (
        st.lists(filhos, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["key", "id", "keyId", "remoteJid", "message", "conversation", "status", "state", "x"]
            ),
            filhos,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@settings(max_examples=200)
@given(
    evento=st.sampled_from(
        [
            "messages.update",
            "messages.upsert",
            "send.message",
            "connection.update",
            "status.instance",
            "outro",
        ]
    ),
    dados=VALORES,
)
def test_qualquer_payload_e_evento_ou_recusa_e_sempre_pode_ser_guardado(evento: str, dados: Any) -> None:
    payload = {"event": evento, "instance": "loja", "data": dados}
    with contextlib.suppress(EventoInvalido):
        ler_evento(payload)
    guardado = json.dumps(sem_segredos(payload), allow_nan=False)
    assert "\\u0000" not in guardado
