"""Webhooks out: the recorded envelopes, the retry rule, and a customer who answers."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from cobranca.simulador.servidor import Servidor
from cobranca.tests import gravado

NUMERO = "5511987654321"


class Ouvinte(ThreadingHTTPServer):
    """Receives webhooks and answers with the next status it was told, then 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receptor)
        self.recebidos: queue.Queue[tuple[str, dict[str, str], dict[str, Any]]] = queue.Queue()
        self.respostas: list[int] = []

    def proximo(self) -> tuple[str, dict[str, str], dict[str, Any]]:
        return self.recebidos.get(timeout=5)


class _Receptor(BaseHTTPRequestHandler):
    server: Ouvinte

    def do_POST(self) -> None:
        corpo = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.recebidos.put((self.path, dict(self.headers), json.loads(corpo)))
        self.send_response(self.server.respostas.pop(0) if self.server.respostas else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def ouvinte() -> Iterator[Ouvinte]:
    servidor = Ouvinte()
    linha = threading.Thread(target=servidor.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    linha.start()
    yield servidor
    servidor.shutdown()
    servidor.server_close()


def _configurar(cliente: httpx.Client, ouvinte: Ouvinte, **extra: Any) -> None:
    url = f"http://127.0.0.1:{ouvinte.server_address[1]}/hook"
    webhook = {"enabled": True, "url": url, "events": [], "headers": {"X-Webhook-Token": "s3"}} | extra
    assert cliente.post("/webhook/set/loja", json={"webhook": webhook}).status_code == 201


def _recebida_gravada(modo: str) -> dict[str, Any]:
    corpos = [aviso["body"] for aviso in gravado.avisos() if aviso["body"]["event"] == "messages.upsert"]
    return next(
        corpo
        for corpo in corpos
        if corpo["data"]["message"]["conversation"] == "SAIR"
        and corpo["data"]["key"]["addressingMode"] == modo
    )


def _forma(valor: Any) -> Any:
    if isinstance(valor, dict):
        return {chave: _forma(item) for chave, item in valor.items()}
    return type(valor).__name__


def test_um_envio_avisa_envio_entrega_e_leitura_como_gravado(cliente: httpx.Client, ouvinte: Ouvinte) -> None:
    _configurar(cliente, ouvinte)
    enviado = cliente.post("/message/sendText/loja", json={"number": NUMERO, "text": "oi"}).json()
    avisos = [ouvinte.proximo() for _ in range(3)]
    por_tipo = {(a[2]["event"], a[2]["data"]["status"]): a for a in avisos}
    caminho, cabecalhos, corpo = por_tipo["send.message", "PENDING"]
    assert caminho == "/hook"
    assert cabecalhos["X-Webhook-Token"] == "s3"
    assert cabecalhos["User-Agent"] == "axios/1.12.2"
    assert corpo["data"] == enviado
    assert corpo["apikey"] == "k"
    for estado in ("DELIVERY_ACK", "READ"):
        corpo = por_tipo["messages.update", estado][2]
        assert corpo["data"]["keyId"] == enviado["key"]["id"]
        assert _forma(corpo) == _forma(gravado.aviso("messages.update", status=estado)["body"])
        assert list(corpo) == list(gravado.aviso("messages.update", status=estado)["body"])


@pytest.mark.parametrize("lid", [False, True])
def test_cliente_responde_com_a_forma_gravada(cliente: httpx.Client, ouvinte: Ouvinte, lid: bool) -> None:
    cliente.post("/message/sendText/loja", json={"number": NUMERO, "text": "oi"})
    _configurar(cliente, ouvinte)
    corpo = {"numero": NUMERO, "texto": "SAIR", "lid": lid, "nome": "Maria"}
    resposta = cliente.post("/_simulador/responder", json=corpo).json()
    aviso = ouvinte.proximo()[2]
    modelo = _recebida_gravada("lid" if lid else "pn")
    assert _forma(aviso) == _forma(modelo)
    assert list(aviso["data"]["key"]) == list(modelo["data"]["key"])
    chave = aviso["data"]["key"]
    assert (chave["remoteJidAlt"] if lid else chave["remoteJid"]) == f"{NUMERO}@s.whatsapp.net"
    assert aviso["data"]["message"] == {"conversation": "SAIR"}
    assert chave["id"] == resposta["id"]
    assert resposta["instancia"] == "loja"


@pytest.mark.parametrize("status", [429, 500])
def test_falha_passageira_e_tentada_de_novo(cliente: httpx.Client, ouvinte: Ouvinte, status: int) -> None:
    cliente.post("/_simulador/config", json={"espera_webhook_s": 0.01})
    _configurar(cliente, ouvinte)
    ouvinte.respostas = [status, status]
    cliente.post("/_simulador/responder", json={"numero": NUMERO, "texto": "oi"})
    ids = [ouvinte.proximo()[2]["data"]["key"]["id"] for _ in range(3)]
    assert len(set(ids)) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_recusa_definitiva_nao_e_tentada_de_novo(
    cliente: httpx.Client, ouvinte: Ouvinte, status: int
) -> None:
    cliente.post("/_simulador/config", json={"espera_webhook_s": 0.01})
    _configurar(cliente, ouvinte)
    ouvinte.respostas = [status]
    for texto in ("primeira", "segunda", "terceira"):
        cliente.post("/_simulador/responder", json={"numero": NUMERO, "texto": texto})
    textos = [ouvinte.proximo()[2]["data"]["message"]["conversation"] for _ in range(3)]
    assert sorted(textos) == ["primeira", "segunda", "terceira"]
    with pytest.raises(queue.Empty):
        ouvinte.recebidos.get(timeout=0.1)


def test_embaralhados_os_avisos_chegam_todos_uma_vez(cliente: httpx.Client, ouvinte: Ouvinte) -> None:
    cliente.post("/_simulador/config", json={"embaralhar": True, "atraso_leitura_s": 0.05})
    _configurar(cliente, ouvinte, events=["MESSAGES_UPDATE"])
    ids = [
        cliente.post("/message/sendText/loja", json={"number": NUMERO, "text": f"{vez}"}).json()["key"]["id"]
        for vez in range(10)
    ]
    recebidos = [ouvinte.proximo()[2]["data"] for _ in range(20)]
    pares = sorted((dados["keyId"], dados["status"]) for dados in recebidos)
    assert pares == sorted((chave, estado) for chave in ids for estado in ("DELIVERY_ACK", "READ"))


def test_por_eventos_o_caminho_ganha_o_nome_do_evento(cliente: httpx.Client, ouvinte: Ouvinte) -> None:
    _configurar(cliente, ouvinte, byEvents=True)
    cliente.post("/_simulador/responder", json={"numero": NUMERO, "texto": "oi"})
    assert ouvinte.proximo()[0] == "/hook/messages-upsert"


def test_desconectar_e_voltar_avisa_a_conexao(cliente: httpx.Client, ouvinte: Ouvinte) -> None:
    _configurar(cliente, ouvinte, events=["CONNECTION_UPDATE"])
    cliente.post("/_simulador/modo", json={"modo": "desconectada"})
    assert ouvinte.proximo()[2]["data"] == {"instance": "loja", "state": "close", "statusReason": 401}
    cliente.post("/_simulador/modo", json={"modo": "ok"})
    assert ouvinte.proximo()[2]["data"]["state"] == "open"


def test_sem_entregas_a_mensagem_sai_e_nada_e_relatado(cliente: httpx.Client, ouvinte: Ouvinte) -> None:
    _configurar(cliente, ouvinte)
    cliente.post("/_simulador/config", json={"entregas": False})
    cliente.post("/message/sendText/loja", json={"number": NUMERO, "text": "oi"})
    assert ouvinte.proximo()[2]["event"] == "send.message"
    with pytest.raises(queue.Empty):
        ouvinte.recebidos.get(timeout=0.1)
    achadas = cliente.post("/chat/findMessages/loja", json={"where": {}}).json()["messages"]["records"]
    assert achadas[0]["MessageUpdate"] == []


def test_cabecalho_jwt_vira_autorizacao_assinada(cliente: httpx.Client, ouvinte: Ouvinte) -> None:
    _configurar(cliente, ouvinte, headers={"jwt_key": "chave"})
    cliente.post("/_simulador/responder", json={"numero": NUMERO, "texto": "oi"})
    cabecalhos = ouvinte.proximo()[1]
    assert cabecalhos["Authorization"].startswith("Bearer eyJ")
    assert "jwt_key" not in cabecalhos


@pytest.mark.parametrize(
    "corpo",
    [{"numero": "", "texto": "oi"}, {"numero": NUMERO}, {"numero": NUMERO, "texto": "oi", "instancia": "x"}],
)
def test_resposta_impossivel_e_recusada(
    cliente: httpx.Client, servidor: Servidor, corpo: dict[str, Any]
) -> None:
    assert cliente.post("/_simulador/responder", json=corpo).status_code == 400
    assert servidor.simulador.instancias == {}


def test_opcao_desconhecida_ou_de_tipo_errado_nao_muda_nada(cliente: httpx.Client) -> None:
    antes = cliente.get("/_simulador/config").json()
    for corpo in (
        {"nada": 1},
        {"eventos": 1},
        {"espera_webhook_s": "5"},
        {"leitura": False, "sem_whatsapp": "x"},
    ):
        assert cliente.post("/_simulador/config", json=corpo).status_code == 400
    assert cliente.get("/_simulador/config").json() == antes
