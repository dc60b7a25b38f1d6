"""Each fault does to the customer and to the caller exactly what it says."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import httpx
import pytest

from cobranca.simulador.servidor import Servidor

NUMERO = "5511987654321"


def _modo(cliente: httpx.Client, **modo: Any) -> None:
    resposta = cliente.post("/_simulador/modo", json=modo)
    assert resposta.status_code == 200, resposta.text


def _enviar(cliente: httpx.Client, texto: str = "oi", numero: str = NUMERO) -> httpx.Response:
    return cliente.post("/message/sendText/loja", json={"number": numero, "text": texto})


def _enviadas(cliente: httpx.Client) -> list[dict[str, Any]]:
    return list(cliente.get("/_simulador/enviadas").json())


def _guardadas(cliente: httpx.Client) -> list[str]:
    achadas = cliente.post("/chat/findMessages/loja", json={"where": {}}).json()["messages"]["records"]
    return [registro["message"]["conversation"] for registro in achadas]


def test_enviada_diz_instancia_numero_texto_id_e_momento(cliente: httpx.Client) -> None:
    resposta = _enviar(cliente, "Olá, José 🙂")
    (enviada,) = _enviadas(cliente)
    assert list(enviada) == ["instancia", "numero", "texto", "id", "em"]
    assert enviada["instancia"] == "loja"
    assert enviada["numero"] == NUMERO
    assert enviada["texto"] == "Olá, José 🙂"
    assert enviada["id"] == resposta.json()["key"]["id"]
    assert len(enviada["id"]) == 22


def test_qualquer_instancia_e_chave_servem_mas_sem_chave_nao(servidor: Servidor) -> None:
    with httpx.Client(base_url=servidor.url, trust_env=False) as http:
        assert http.get("/instance/connectionState/nova").status_code == 401
        for chave in ("a", "b"):
            estado = http.get("/instance/connectionState/nova", headers={"apikey": chave})
            assert estado.json() == {"instance": {"instanceName": "nova", "state": "open"}}


def test_offline_nao_da_resposta_http_nenhuma(cliente: httpx.Client) -> None:
    _modo(cliente, modo="offline")
    for chamada in (lambda: _enviar(cliente), lambda: cliente.get("/")):
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            chamada()
    assert _enviadas(cliente) == []
    _modo(cliente, modo="ok")
    assert _enviar(cliente).status_code == 201


def test_lento_segura_e_envia_mesmo_que_o_cliente_desista(cliente: httpx.Client) -> None:
    _modo(cliente, modo="lento", segundos=0.4)
    inicio = time.monotonic()
    assert _enviar(cliente, "esperei").status_code == 201
    assert time.monotonic() - inicio >= 0.4
    with pytest.raises(httpx.ReadTimeout):
        cliente.post(
            "/message/sendText/loja", json={"number": NUMERO, "text": "desisti"}, timeout=httpx.Timeout(0.1)
        )
    assert _guardadas(cliente) == ["esperei"]
    _esperar(lambda: _guardadas(cliente) == ["desisti", "esperei"])
    assert [e["texto"] for e in _enviadas(cliente)] == ["esperei", "desisti"]


def _esperar(condicao: Any, prazo_s: float = 5.0) -> None:
    fim = time.monotonic() + prazo_s
    relogio = threading.Event()
    while not condicao():
        assert time.monotonic() < fim, "não aconteceu no prazo"
        relogio.wait(0.02)


def test_erro_antes_responde_erro_e_nada_sai(cliente: httpx.Client) -> None:
    _modo(cliente, modo="erro_antes")
    resposta = _enviar(cliente)
    assert resposta.status_code == 500
    assert set(resposta.json()) == {"status", "error", "response"}
    assert _enviadas(cliente) == []


def test_erro_antes_por_queda_ou_proxy_tambem_nao_envia(cliente: httpx.Client) -> None:
    _modo(cliente, modo="erro_antes", erro="queda")
    with pytest.raises(httpx.RemoteProtocolError):
        _enviar(cliente)
    _modo(cliente, modo="erro_antes", erro="proxy")
    assert _enviar(cliente).status_code == 502
    assert _enviadas(cliente) == []


def test_erro_depois_envia_guarda_e_alterna_queda_e_erro(cliente: httpx.Client) -> None:
    _modo(cliente, modo="erro_depois")
    with pytest.raises(httpx.RemoteProtocolError):
        _enviar(cliente, "a")
    resposta = _enviar(cliente, "b")
    assert resposta.status_code == 504
    assert resposta.headers["content-type"] == "text/html"
    assert [e["texto"] for e in _enviadas(cliente)] == ["a", "b"]
    assert _guardadas(cliente) == ["b", "a"]


def test_erro_depois_sem_registro_envia_e_nao_guarda(cliente: httpx.Client) -> None:
    _modo(cliente, modo="erro_depois_sem_registro", queda=False)
    resposta = _enviar(cliente, "a")
    assert resposta.status_code == 400
    assert resposta.json()["response"]["message"][0].startswith("PrismaClient")
    _modo(cliente, modo="erro_depois_sem_registro", queda=True)
    with pytest.raises(httpx.RemoteProtocolError):
        _enviar(cliente, "b")
    assert [e["texto"] for e in _enviadas(cliente)] == ["a", "b"]
    assert _guardadas(cliente) == []


def test_fracao_poupa_uma_parte_e_semente_repete_o_sorteio(cliente: httpx.Client) -> None:
    sorteios = []
    for _ in range(2):
        _modo(cliente, modo="erro_antes", fracao=0.5, semente=7)
        sorteios.append([_enviar(cliente).status_code for _ in range(30)])
    assert sorteios[0] == sorteios[1]
    assert set(sorteios[0]) == {201, 500}


def test_vezes_gasta_se_e_volta_ao_normal(cliente: httpx.Client) -> None:
    _modo(cliente, modo="erro_antes", vezes=2)
    assert [_enviar(cliente).status_code for _ in range(3)] == [500, 500, 201]
    assert cliente.get("/_simulador/modo").json()["modo"] == "ok"


def test_modo_de_uma_instancia_nao_toca_outra(cliente: httpx.Client) -> None:
    _modo(cliente, modo="desconectada", instancia="loja")
    assert _enviar(cliente).json()["response"]["message"] == "Connection Closed"
    outra = cliente.post("/message/sendText/filial", json={"number": NUMERO, "text": "oi"})
    assert outra.status_code == 201
    estado = cliente.get("/instance/connectionState/loja").json()
    assert estado == {"instance": {"instanceName": "loja", "state": "close"}}


@pytest.mark.parametrize(
    "corpo",
    [
        {},
        {"modo": "quebrado"},
        {"modo": "lento", "segundos": -1},
        {"modo": "lento", "segundos": "5"},
        {"modo": "ok", "fracao": 2},
        {"modo": "ok", "fracao": True},
        {"modo": "erro_depois", "queda": "sim"},
        {"modo": "erro_antes", "erro": "nenhum"},
        {"modo": "erro_antes", "vezes": 0},
        {"modo": "ok", "instancia": 3},
    ],
)
def test_modo_invalido_e_recusado_e_nada_muda(cliente: httpx.Client, corpo: dict[str, Any]) -> None:
    _modo(cliente, modo="erro_antes")
    resposta = cliente.post("/_simulador/modo", json=corpo)
    assert resposta.status_code == 400
    assert resposta.json()["erro"]
    assert cliente.get("/_simulador/modo").json()["modo"] == "erro_antes"


def test_limpar_esquece_mensagens_e_falha_e_poupa_o_webhook(
    servidor: Servidor, cliente: httpx.Client
) -> None:
    _enviar(cliente)
    webhook = {"enabled": True, "url": "ftp://x", "events": []}
    cliente.post("/webhook/set/loja", json={"webhook": webhook})
    _modo(cliente, modo="erro_antes")
    assert cliente.post("/_simulador/limpar").status_code == 200
    assert _enviadas(cliente) == []
    assert _guardadas(cliente) == []
    assert cliente.get("/webhook/find/loja").json()["url"] == "ftp://x"
    assert _enviar(cliente).status_code == 201
    assert cliente.post("/_simulador/limpar", json={"instancias": True}).status_code == 200
    assert servidor.simulador.instancias == {}


def test_bytes_que_nao_sao_http_recebem_400(servidor: Servidor) -> None:
    with socket.create_connection(("127.0.0.1", servidor.porta), timeout=5) as conexao:
        conexao.sendall(b"\x00\x01lixo\r\n\r\n")
        assert conexao.recv(64).startswith(b"HTTP/1.1 400")


def test_corpo_em_pedacos_e_entendido(cliente: httpx.Client) -> None:
    def pedacos() -> Any:
        yield b'{"number":"5511987654321",'
        yield b'"text":"em partes"}'

    assert cliente.post("/message/sendText/loja", content=pedacos()).status_code == 201
    assert _enviadas(cliente)[0]["texto"] == "em partes"


def test_clientes_em_paralelo_nao_perdem_nem_dobram(servidor: Servidor) -> None:
    def mandar(quem: int) -> None:
        with httpx.Client(base_url=servidor.url, headers={"apikey": "k"}, trust_env=False) as http:
            for vez in range(25):
                corpo = {"number": NUMERO, "text": f"{quem}-{vez}"}
                assert http.post("/message/sendText/loja", json=corpo).status_code == 201

    linhas = [threading.Thread(target=mandar, args=(quem,)) for quem in range(8)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    textos = [enviada["texto"] for enviada in servidor.simulador.enviadas]
    assert sorted(textos) == sorted(f"{quem}-{vez}" for quem in range(8) for vez in range(25))
