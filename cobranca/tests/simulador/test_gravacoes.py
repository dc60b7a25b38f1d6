"""The simulator answers what the real server answered, byte shapes included."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from cobranca.simulador.servidor import Servidor
from cobranca.tests import gravado

GLOBAL = "test-global-key-0001"
VOLATEIS = {
    "id",
    "instanceId",
    "messageId",
    "createdAt",
    "updatedAt",
    "low",
    "messageTimestamp",
    "hash",
    "clientName",
    "manager",
    "disconnectionAt",
    "disconnectionObject",
    "disconnectionReasonCode",
}
SEM_INSTANCIA_ABERTA = [
    "fetchInstances_no_apikey",
    "fetchInstances_wrong_apikey",
    "fetchInstances_by_name",
    "fetchInstances_by_unknown_name",
    "fetchInstances_instance_token",
    "connectionState_existing",
    "connectionState_instance_token",
    "connectionState_other_instance_token",
    "connectionState_unknown",
    "connectionState_unknown_no_apikey",
    "connectionState_no_apikey",
    "connectionState_wrong_apikey",
    "connectionState_bearer",
    "connectionState_apikey_in_query",
    "connectionState_query_override",
    "unknown_route",
    "wrong_method",
    "sendText_unknown_instance",
    "sendText_no_apikey",
    "sendText_wrong_apikey",
    "sendText_never_connected",
    "sendText_missing_number",
    "sendText_missing_text",
    "sendText_missing_both",
    "sendText_empty_text",
    "sendText_blank_text",
    "sendText_number_integer",
    "sendText_number_letters",
    "sendText_number_empty",
    "sendText_delay_string",
    "sendText_linkPreview_string",
    "sendText_quoted_no_id",
    "sendText_extra_fields",
    "sendText_v1_shape",
    "sendText_bad_json",
    "sendText_empty_body",
    "sendText_query_overrides_instance",
    "whatsappNumbers_never_connected",
    "whatsappNumbers_missing",
    "whatsappNumbers_empty",
    "whatsappNumbers_integers",
    "whatsappNumbers_unknown_instance",
    "findMessages_empty",
    "findMessages_nobody",
    "findStatusMessage_empty",
    "findStatusMessage_nowhere",
    "webhook_find_none",
    "webhook_set_missing_wrapper",
    "webhook_set_bad_event",
    "webhook_set_no_events",
    "webhook_set_empty_url",
    "webhook_set_non_http_url",
    "webhook_set_all_events",
    "webhook_set",
    "webhook_set_unknown_instance",
    "webhook_set_no_apikey",
    "instance_logout_when_closed",
    "create_no_apikey",
    "create_wrong_apikey",
    "create_missing_integration",
    "create_empty_name",
    "create_instance_duplicate",
    "instance_delete",
]
ABERTA = [
    "fake_connectionState_open",
    "fake_sendText_ok_sp_13",
    "fake_sendText_interior_13",
    "fake_sendText_interior_12",
    "fake_sendText_sp_12",
    "fake_sendText_formatted",
    "fake_sendText_national_11",
    "fake_sendText_jid",
    "fake_sendText_client_message_id_ignored",
    "fake_sendText_not_on_whatsapp",
    "fake_sendText_empty_number",
    "fake_sendText_letters",
    "fake_whatsappNumbers_mixed",
    "fake_connect_when_open",
]


def _pedir(servidor: Servidor, troca: dict[str, Any]) -> httpx.Response:
    pedido = troca["request"]
    corpo = pedido["body"]
    conteudo = None
    if isinstance(corpo, dict) and "__raw__" in corpo:
        conteudo = corpo["__raw__"].encode()
    elif corpo is not None:
        conteudo = json.dumps(corpo, ensure_ascii=False).encode()
    cabecalhos = dict(pedido.get("headers", {}))
    if conteudo is not None:
        cabecalhos["Content-Type"] = "application/json"
    with httpx.Client(trust_env=False, timeout=5) as http:
        return http.request(
            pedido["method"], servidor.url + pedido["path"], content=conteudo, headers=cabecalhos
        )


def _criar(servidor: Servidor, nome: str, token: str, *, aberta: bool = False) -> None:
    corpo = {"instanceName": nome, "integration": "WHATSAPP-BAILEYS", "token": token, "qrcode": aberta}
    resposta = httpx.post(
        f"{servidor.url}/instance/create", json=corpo, headers={"apikey": GLOBAL}, trust_env=False
    )
    assert resposta.status_code == 201


def _sem_volateis(valor: Any) -> Any:
    if isinstance(valor, list):
        return [_sem_volateis(item) for item in valor]
    if isinstance(valor, dict):
        return {c: type(v).__name__ if c in VOLATEIS else _sem_volateis(v) for c, v in valor.items()}
    return valor


def _texto(valor: Any) -> str:
    """Key order counts: the comparison is of the text."""
    return json.dumps(_sem_volateis(valor), ensure_ascii=False)


def _conferir(servidor: Servidor, nome: str) -> None:
    troca = gravado.troca(nome)
    resposta = _pedir(servidor, troca)
    assert resposta.status_code == troca["response"]["status"]
    assert _texto(resposta.json()) == _texto(troca["response"]["body"])
    assert resposta.headers["x-powered-by"] == "Express"
    assert resposta.headers["content-type"] == "application/json; charset=utf-8"
    if _sem_volateis(troca["response"]["body"]) == troca["response"]["body"]:
        # Nothing in it changes from run to run: then the bytes are the same, and so is the ETag over them.
        assert resposta.headers["etag"] == troca["response"]["etag"]


@pytest.mark.parametrize("nome", SEM_INSTANCIA_ABERTA)
def test_instancia_nunca_conectada_responde_como_gravado(estrito: Servidor, nome: str) -> None:
    _criar(estrito, "cobranca", "inst-token-cobranca")
    _criar(estrito, "outra", "F4632BD8-3D4C-4F31-87C3-CF4AD900B291")
    _conferir(estrito, nome)


@pytest.mark.parametrize("nome", ABERTA)
def test_instancia_aberta_responde_como_gravado(estrito: Servidor, nome: str) -> None:
    _criar(estrito, "cobranca", "inst-token-cobranca", aberta=True)
    _conferir(estrito, nome)


def test_criar_instancia_responde_como_gravado(estrito: Servidor) -> None:
    _conferir(estrito, "create_instance")
    _conferir(estrito, "create_instance_duplicate")


def test_mensagens_guardadas_sao_achadas_como_gravado(estrito: Servidor) -> None:
    _criar(estrito, "cobranca", "inst-token-cobranca", aberta=True)
    _conferir(estrito, "fake_sendText_ok_sp_13")
    for nome in (
        "fake_findMessages_by_remoteJid",
        "fake_findMessages_by_remoteJid_fromMe_true",
        "fake_findMessages_time_only_gte_ignored",
        "fake_findMessages_text_filter_ignored",
        "fake_findMessages_unknown_key_id",
        "fake_findMessages_paging",
    ):
        _conferir(estrito, nome)


def test_mensagem_e_achada_pelo_id_com_os_estados_de_entrega(estrito: Servidor) -> None:
    _criar(estrito, "cobranca", "inst-token-cobranca", aberta=True)
    enviada = _pedir(estrito, gravado.troca("fake_sendText_ok_sp_13")).json()["key"]["id"]
    with httpx.Client(base_url=estrito.url, headers={"apikey": GLOBAL}, trust_env=False) as http:
        achada = http.post("/chat/findMessages/cobranca", json={"where": {"key": {"id": enviada}}}).json()
        estados = http.post("/chat/findStatusMessage/cobranca", json={"where": {"id": enviada}}).json()
    gravada = gravado.troca("fake_findMessages_by_key_id")["response"]["body"]
    assert _texto(achada) == _texto(gravada)
    assert [linha["status"] for linha in estados] == ["DELIVERY_ACK", "READ"]
    gravados = gravado.troca("fake_findStatusMessage_by_id")["response"]["body"]
    assert [list(linha) for linha in estados] == [list(linha) for linha in gravados]


@pytest.mark.parametrize(
    "nome",
    [
        "fake_sendText_logged_out",
        "fake_sendText_logged_out_uncached",
        "fake_whatsappNumbers_logged_out_uncached",
        "fake_connectionState_logged_out",
        "real_sendText_uncached_number_connecting",
    ],
)
def test_desconectada_responde_como_gravado(estrito: Servidor, nome: str) -> None:
    _criar(estrito, "cobranca", "inst-token-cobranca", aberta=True)
    assert _pedir(estrito, gravado.troca("fake_sendText_ok_sp_13")).status_code == 201
    httpx.post(f"{estrito.url}/_simulador/modo", json={"modo": "desconectada"}, trust_env=False)
    _conferir(estrito, nome)


def test_desconectada_ainda_acha_mensagens_e_numeros_ja_vistos(estrito: Servidor) -> None:
    _criar(estrito, "cobranca", "inst-token-cobranca", aberta=True)
    _pedir(estrito, gravado.troca("fake_sendText_ok_sp_13"))
    httpx.post(f"{estrito.url}/_simulador/modo", json={"modo": "desconectada"}, trust_env=False)
    numeros = _pedir(estrito, gravado.troca("fake_whatsappNumbers_logged_out_cached"))
    assert numeros.status_code == 200
    assert numeros.json()[0]["exists"] is True
    _conferir(estrito, "fake_findMessages_by_remoteJid")


def test_erros_antes_e_depois_tem_a_forma_gravada(estrito: Servidor) -> None:
    _criar(estrito, "cobranca", "inst-token-cobranca", aberta=True)
    for erro, nome in (
        ("consulta", "fake_sendText_lookup_timeout"),
        ("ritmo", "fake_sendText_lookup_error"),
        ("fechada", "fake_sendText_closed_at_send"),
        ("expirou", "fake_sendText_timeout_after_write"),
    ):
        modo = {"modo": "erro_antes", "erro": erro}
        httpx.post(f"{estrito.url}/_simulador/modo", json=modo, trust_env=False)
        _conferir(estrito, nome)
    modo = {"modo": "erro_depois_sem_registro", "queda": False}
    httpx.post(f"{estrito.url}/_simulador/modo", json=modo, trust_env=False)
    resposta = _pedir(estrito, gravado.troca("fake_sendText_database_lost_after_send"))
    assert resposta.status_code == 400
    assert re.match(r"PrismaClient\w+Error: ", resposta.json()["response"]["message"][0])
    _conferir(estrito, "fake_db_back_findMessages")
