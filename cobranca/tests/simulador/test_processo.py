"""The simulator in its own process: what left is still known after a kill -9."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from cobranca.simulador.estado import Simulador
from cobranca.simulador.registro import NOME_DO_ARQUIVO

RAIZ = Path(__file__).resolve().parents[3]
NUMERO = "5511987654321"


def _porta_livre() -> int:
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        return int(tomada.getsockname()[1])


def _subir(porta: int, pasta: Path) -> subprocess.Popen[bytes]:
    comando = [sys.executable, "-m", "cobranca.simulador", "--port", str(porta), "--dados", str(pasta)]
    processo = subprocess.Popen(comando, cwd=RAIZ, env=os.environ | {"PYTHONPATH": str(RAIZ)})
    fim = time.monotonic() + 20
    while time.monotonic() < fim and processo.poll() is None:
        with socket.socket() as tomada:
            if tomada.connect_ex(("127.0.0.1", porta)) == 0:
                return processo
    processo.kill()
    raise AssertionError("o simulador não subiu")


def test_enviadas_mensagens_e_webhook_sobrevivem_a_kill_9(tmp_path: Path) -> None:
    porta = _porta_livre()
    url = f"http://127.0.0.1:{porta}"
    processo = _subir(porta, tmp_path)
    try:
        with httpx.Client(base_url=url, headers={"apikey": "k"}, trust_env=False) as http:
            webhook = {"enabled": True, "url": "ftp://x", "events": []}
            http.post("/webhook/set/loja", json={"webhook": webhook})
            for texto in ("a", "b"):
                http.post("/message/sendText/loja", json={"number": NUMERO, "text": texto})
            http.post("/_simulador/modo", json={"modo": "erro_depois_sem_registro", "queda": False})
            http.post("/message/sendText/loja", json={"number": NUMERO, "text": "c"})
            antes = http.get("/_simulador/enviadas").json()
        processo.send_signal(signal.SIGKILL)
        processo.wait(timeout=10)
        processo = _subir(porta, tmp_path)
        with httpx.Client(base_url=url, headers={"apikey": "k"}, trust_env=False) as http:
            assert http.get("/_simulador/enviadas").json() == antes
            achadas = http.post("/chat/findMessages/loja", json={"where": {}}).json()["messages"]["records"]
            assert sorted(m["message"]["conversation"] for m in achadas) == ["a", "b"]
            assert http.get("/webhook/find/loja").json()["url"] == "ftp://x"
    finally:
        processo.kill()
        processo.wait(timeout=10)
    assert [enviada["texto"] for enviada in antes] == ["a", "b", "c"]


@pytest.mark.concorrencia
def test_kill_9_sob_carga_nao_perde_nada_do_que_foi_respondido(tmp_path: Path) -> None:
    porta = _porta_livre()
    url = f"http://127.0.0.1:{porta}"
    processo = _subir(porta, tmp_path)
    respondidos: list[str] = []
    bastante = threading.Event()

    def mandar() -> None:
        with httpx.Client(base_url=url, headers={"apikey": "k"}, trust_env=False) as http:
            try:
                while True:
                    corpo = {"number": NUMERO, "text": "oi"}
                    respondidos.append(http.post("/message/sendText/loja", json=corpo).json()["key"]["id"])
                    if len(respondidos) > 100:
                        bastante.set()
            except httpx.HTTPError:
                return

    linhas = [threading.Thread(target=mandar) for _ in range(3)]
    try:
        for linha in linhas:
            linha.start()
        assert bastante.wait(20)
        processo.send_signal(signal.SIGKILL)
        for linha in linhas:
            linha.join(timeout=10)
        processo.wait(timeout=10)
        processo = _subir(porta, tmp_path)
        enviadas = [e["id"] for e in httpx.get(f"{url}/_simulador/enviadas", trust_env=False).json()]
    finally:
        processo.kill()
        processo.wait(timeout=10)
    assert len(set(enviadas)) == len(enviadas)
    assert set(respondidos) <= set(enviadas)
    assert len(enviadas) - len(respondidos) <= len(linhas)


def test_linha_cortada_no_fim_do_registro_e_passada_por_cima(tmp_path: Path) -> None:
    primeiro = Simulador(pasta=tmp_path)
    instancia = primeiro.criar(nome="loja", token="k", estado="open")
    primeiro.enviar(instancia, numero=NUMERO, texto="inteira")
    primeiro.fechar()
    with (tmp_path / NOME_DO_ARQUIVO).open("ab") as arquivo:
        arquivo.write(b'{"fato":"enviada","instan')
    segundo = Simulador(pasta=tmp_path)
    segundo.enviar(segundo.instancias["loja"], numero=NUMERO, texto="depois")
    segundo.fechar()
    assert _textos(Simulador(pasta=tmp_path)) == ["inteira", "depois"]


def test_texto_com_meio_par_substituto_e_guardado(tmp_path: Path) -> None:
    simulador = Simulador(pasta=tmp_path)
    instancia = simulador.criar(nome="loja", token="k", estado="open")
    texto = json.loads('"meio \\ud83d"')
    simulador.enviar(instancia, numero=NUMERO, texto=texto)
    simulador.fechar()
    assert _textos(Simulador(pasta=tmp_path)) == [texto]


def _textos(simulador: Simulador) -> list[Any]:
    textos = [enviada["texto"] for enviada in simulador.enviadas]
    simulador.fechar()
    return textos
