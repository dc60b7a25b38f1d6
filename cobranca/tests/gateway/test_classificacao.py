"""Every row of the recorded error table, and what stands between us and the server, has its outcome."""

from __future__ import annotations

import json
from typing import Any

import httpcore
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranca.gateway.classificacao import classificar, limpar_detalhe
from cobranca.gateway.tipos import Desfecho, RespostaBruta, TipoDeDesfecho
from cobranca.tests import gravado

ENVIADA, RECUSADA = TipoDeDesfecho.ENVIADA, TipoDeDesfecho.RECUSADA
NAO_ENVIADA, INCERTA = TipoDeDesfecho.NAO_ENVIADA, TipoDeDesfecho.INCERTA
MARCAS = ("instancia_desconectada", "ritmo", "configuracao", "inacessivel", "saiu_sem_registro")


def _marcas(desfecho: Desfecho) -> set[str]:
    return {marca for marca in MARCAS if getattr(desfecho, marca)}


def _bruta(status: int, corpo: Any) -> RespostaBruta:
    conteudo = corpo if isinstance(corpo, bytes) else json.dumps(corpo).encode()
    return RespostaBruta(status, conteudo)


GRAVADAS = [
    ("fake_sendText_ok_sp_13", ENVIADA, "enviada", set()),
    ("fake_sendText_interior_13", ENVIADA, "enviada", set()),
    ("fake_sendText_quoted", ENVIADA, "enviada", set()),
    ("sendText_missing_number", RECUSADA, "requisicao_invalida", set()),
    ("sendText_missing_both", RECUSADA, "requisicao_invalida", set()),
    ("sendText_number_integer", RECUSADA, "requisicao_invalida", set()),
    ("sendText_delay_string", RECUSADA, "requisicao_invalida", set()),
    ("sendText_bad_json", RECUSADA, "requisicao_invalida", set()),
    ("sendText_empty_text", RECUSADA, "texto_vazio", set()),
    ("sendText_blank_text", RECUSADA, "texto_vazio", set()),
    ("fake_sendText_not_on_whatsapp", RECUSADA, "numero_sem_whatsapp", set()),
    ("fake_sendText_letters", RECUSADA, "numero_sem_whatsapp", set()),
    ("fake_sendText_closed_at_send", INCERTA, "conexao_fechou_no_envio", {"instancia_desconectada"}),
    ("fake_sendText_right_after_drop", INCERTA, "conexao_fechou_no_envio", {"instancia_desconectada"}),
    ("fake_sendText_logged_out", INCERTA, "conexao_fechou_no_envio", {"instancia_desconectada"}),
    (
        "real_sendText_cached_number_connecting",
        NAO_ENVIADA,
        "instancia_desconectada",
        {"instancia_desconectada"},
    ),
    ("fake_sendText_timeout_after_write", INCERTA, "envio_expirou", set()),
    ("fake_sendText_database_lost_after_send", INCERTA, "saiu_sem_registro", {"saiu_sem_registro"}),
    ("sendText_no_apikey", NAO_ENVIADA, "chave_recusada", {"configuracao"}),
    ("sendText_wrong_apikey", NAO_ENVIADA, "chave_recusada", {"configuracao"}),
    ("sendText_unknown_instance", NAO_ENVIADA, "instancia_desconhecida", {"configuracao"}),
    ("wrong_method", NAO_ENVIADA, "pedido_recusado", {"configuracao"}),
    ("sendText_while_connecting_0", NAO_ENVIADA, "instancia_desconectada", {"instancia_desconectada"}),
    ("fake_sendText_logged_out_uncached", NAO_ENVIADA, "instancia_desconectada", {"instancia_desconectada"}),
    ("fake_sendText_qr", NAO_ENVIADA, "instancia_desconectada", {"instancia_desconectada"}),
    ("sendText_never_connected", NAO_ENVIADA, "instancia_nunca_conectada", {"instancia_desconectada"}),
    ("real_db_only_sendText", NAO_ENVIADA, "instancia_iniciando", {"instancia_desconectada"}),
    ("fake_sendText_lookup_timeout", NAO_ENVIADA, "consulta_expirou", set()),
    ("fake_sendText_lookup_error", NAO_ENVIADA, "ritmo_excedido", {"ritmo"}),
    ("fake_db_down_sendText", NAO_ENVIADA, "banco_do_gateway_fora", set()),
]


@pytest.mark.parametrize(("nome", "tipo", "codigo", "marcas"), GRAVADAS)
def test_resposta_gravada_tem_seu_desfecho(
    nome: str, tipo: TipoDeDesfecho, codigo: str, marcas: set[str]
) -> None:
    resposta = gravado.troca(nome)["response"]
    desfecho = classificar(_bruta(resposta["status"], resposta["body"]))
    assert (desfecho.tipo, desfecho.codigo, _marcas(desfecho)) == (tipo, codigo, marcas)
    assert desfecho.motivo
    assert desfecho.status_http == resposta["status"]
    assert desfecho.pedido_terminado


def test_todo_sendtext_gravado_tem_desfecho_e_nenhum_201_e_perdido() -> None:
    for troca in gravado.trocas():
        resposta = troca["response"]
        if "/message/sendText/" not in troca["request"]["path"] or "status" not in resposta:
            continue
        desfecho = classificar(_bruta(resposta["status"], resposta["body"]))
        assert (desfecho.tipo is ENVIADA) == (resposta["status"] == 201)
        if desfecho.saiu:
            assert desfecho.provider_id == resposta["body"]["key"]["id"]
            assert desfecho.remote_jid == resposta["body"]["key"]["remoteJid"]


PEDIDO = httpx.Request("POST", "http://x/")
EXCECOES: list[tuple[Exception, TipoDeDesfecho, str]] = [
    (httpx.ConnectError("recusada", request=PEDIDO), NAO_ENVIADA, "sem_conexao_com_gateway"),
    (httpx.ConnectTimeout("", request=PEDIDO), NAO_ENVIADA, "sem_conexao_com_gateway"),
    (httpx.PoolTimeout("", request=PEDIDO), NAO_ENVIADA, "sem_conexao_com_gateway"),
    (httpx.UnsupportedProtocol("", request=PEDIDO), NAO_ENVIADA, "sem_conexao_com_gateway"),
    (httpx.InvalidURL("x"), NAO_ENVIADA, "sem_conexao_com_gateway"),
    (httpx.ReadTimeout("", request=PEDIDO), INCERTA, "sem_resposta_no_prazo"),
    (httpx.WriteTimeout("", request=PEDIDO), INCERTA, "conexao_caiu"),
    (httpx.ReadError("reset", request=PEDIDO), INCERTA, "conexao_caiu"),
    (httpx.WriteError("reset", request=PEDIDO), INCERTA, "conexao_caiu"),
    (httpx.RemoteProtocolError("", request=PEDIDO), INCERTA, "conexao_caiu"),
    (httpx.DecodingError("", request=PEDIDO), INCERTA, "conexao_caiu"),
    (httpcore.ConnectError("recusada"), NAO_ENVIADA, "sem_conexao_com_gateway"),
    (httpcore.ConnectTimeout(""), NAO_ENVIADA, "sem_conexao_com_gateway"),
    (httpcore.ReadTimeout(""), INCERTA, "sem_resposta_no_prazo"),
    (httpcore.WriteTimeout(""), INCERTA, "conexao_caiu"),
    (httpcore.ReadError(""), INCERTA, "conexao_caiu"),
    (httpcore.RemoteProtocolError(""), INCERTA, "conexao_caiu"),
    (RuntimeError("qualquer outra"), INCERTA, "conexao_caiu"),
]


@pytest.mark.parametrize(("excecao", "tipo", "codigo"), EXCECOES)
def test_excecao_tem_seu_desfecho(excecao: Exception, tipo: TipoDeDesfecho, codigo: str) -> None:
    desfecho = classificar(excecao)
    assert (desfecho.tipo, desfecho.codigo, desfecho.inacessivel) == (tipo, codigo, True)
    assert not desfecho.pedido_terminado


ENVELOPE_502 = {"status": 502, "error": "Bad Gateway", "response": {"message": "Connection Closed"}}
DO_CAMINHO = [
    (502, b"<html>Bad Gateway</html>", INCERTA, "resposta_de_intermediario"),
    (503, b"", INCERTA, "resposta_de_intermediario"),
    (504, b"<html>", INCERTA, "resposta_de_intermediario"),
    (500, b"<html>", INCERTA, "resposta_de_intermediario"),
    (500, {"message": "Connection Closed"}, INCERTA, "resposta_de_intermediario"),
    (500, {"status": 200, "response": {"message": "x"}}, INCERTA, "resposta_de_intermediario"),
    (502, ENVELOPE_502, INCERTA, "resposta_de_intermediario"),
    (400, b"<html>Bad Request</html>", INCERTA, "resposta_de_intermediario"),
    (408, b"", INCERTA, "resposta_de_intermediario"),
    (303, b"", INCERTA, "resposta_de_intermediario"),
    (301, b"", NAO_ENVIADA, "endereco_recusou"),
    (403, b"<html>", NAO_ENVIADA, "endereco_recusou"),
    (404, b"<html>", NAO_ENVIADA, "endereco_recusou"),
    (413, b"<html>", NAO_ENVIADA, "endereco_recusou"),
    (429, b"", NAO_ENVIADA, "endereco_recusou"),
    (
        400,
        {"status": 400, "error": "Bad Request", "response": {"message": ["Error: outra"]}},
        INCERTA,
        "erro_no_envio",
    ),
    (
        400,
        {"status": 400, "error": "Bad Request", "response": {"message": ["TypeError: x"]}},
        INCERTA,
        "erro_no_envio",
    ),
    (400, {"status": 400, "error": "Bad Request", "response": {"message": []}}, INCERTA, "erro_no_envio"),
    (
        400,
        {"status": 400, "error": "Bad Request", "response": {"message": "solta"}},
        INCERTA,
        "erro_no_envio",
    ),
    (201, b"{nao e json", INCERTA, "resposta_sem_id"),
    (201, b"", INCERTA, "resposta_sem_id"),
    (201, {"key": {}}, INCERTA, "resposta_sem_id"),
    (201, {"key": {"id": ""}}, INCERTA, "resposta_sem_id"),
    (201, {"key": {"id": 7}}, INCERTA, "resposta_sem_id"),
    (201, [], INCERTA, "resposta_sem_id"),
    (200, b"ok", INCERTA, "resposta_sem_id"),
    (204, b"", INCERTA, "resposta_sem_id"),
    (
        500,
        {"status": 500, "error": "x", "response": {"message": "texto novo"}},
        NAO_ENVIADA,
        "erro_antes_do_envio",
    ),
]


@pytest.mark.parametrize(("status", "corpo", "tipo", "codigo"), DO_CAMINHO)
def test_resposta_fora_da_tabela_tem_seu_desfecho(
    status: int, corpo: Any, tipo: TipoDeDesfecho, codigo: str
) -> None:
    desfecho = classificar(_bruta(status, corpo))
    assert (desfecho.tipo, desfecho.codigo) == (tipo, codigo)


def test_429_do_proxy_pede_calma_e_nao_conserto() -> None:
    assert _marcas(classificar(_bruta(429, b""))) == {"ritmo"}


def test_resposta_cortada_nunca_prova_envio() -> None:
    corpo = json.dumps(gravado.troca("fake_sendText_ok_sp_13")["response"]["body"]).encode()
    assert classificar(RespostaBruta(201, corpo, inteira=False)).tipo is INCERTA


def test_motivo_e_detalhe_nao_levam_corpo_do_servidor() -> None:
    texto = "PrismaClientKnownRequestError: \nSELECT senha FROM usuario\x00\n" + "x" * 5000
    corpo = {"status": 400, "error": "Bad Request", "response": {"message": [texto]}}
    desfecho = classificar(_bruta(400, corpo))
    assert desfecho.detalhe == "PrismaClientKnownRequestError:"
    assert "senha" not in desfecho.motivo
    assert limpar_detalhe("chave B6D711FCDE4D4FD5936544120E713976 fim") == "chave *** fim"
    assert len(limpar_detalhe("palavra " * 100)) <= 120


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda filhos: (
        st.lists(filhos, max_size=3)
        | st.dictionaries(
            st.sampled_from(["status", "error", "response", "message", "key", "id", "exists"]),
            filhos,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(status=st.integers(100, 599), corpo=JSONS)
def test_qualquer_json_tem_desfecho_e_so_chave_id_prova_envio(status: int, corpo: Any) -> None:
    desfecho = classificar(_bruta(status, corpo))
    com_id = isinstance(corpo, dict) and isinstance(corpo.get("key"), dict) and bool(corpo["key"].get("id"))
    if desfecho.tipo is ENVIADA:
        assert com_id
        assert 200 <= status < 300
    if 200 <= status < 300:
        assert desfecho.tipo in (ENVIADA, INCERTA)


@settings(max_examples=80)
@given(status=st.integers(200, 599), corpo=st.binary(max_size=60))
def test_qualquer_byte_tem_desfecho(status: int, corpo: bytes) -> None:
    assert classificar(RespostaBruta(status, corpo)).motivo
