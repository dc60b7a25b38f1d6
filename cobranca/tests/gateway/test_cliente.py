"""The client against real sockets: the simulator in every mode, and servers that misbehave below HTTP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.db import transaction

from cobranca.gateway import Cliente, ErroDoGateway, GatewayEmTransacao, TipoDeDesfecho
from cobranca.simulador.estado import Opcoes
from cobranca.simulador.servidor import Servidor, em_execucao

NUMERO = "+55 11 98765-4321"
CHAVE = "chave-da-instancia"


@pytest.fixture
def servidor() -> Iterator[Servidor]:
    with em_execucao(opcoes=Opcoes(atraso_entrega_s=0.0, atraso_leitura_s=0.0)) as vivo:
        yield vivo


@pytest.fixture
def cliente(servidor: Servidor) -> Iterator[Cliente]:
    with Cliente(url=servidor.url, instancia="loja", chave=CHAVE, timeout_s=5) as vivo:
        yield vivo


def _modo(servidor: Servidor, **modo: Any) -> None:
    resposta = httpx.post(f"{servidor.url}/_simulador/modo", json=modo, trust_env=False)
    assert resposta.status_code == 200, resposta.text


def _agora() -> datetime:
    return datetime.now(UTC)


def _buscar(cliente: Cliente, referencia: str, numero: str = NUMERO) -> Any:
    agora = _agora()
    return cliente.buscar_mensagem_por_referencia(
        numero=numero, referencia=referencia, de=agora - timedelta(minutes=5), ate=agora
    )


def test_envio_leva_o_numero_limpo_e_traz_o_id(servidor: Servidor, cliente: Cliente) -> None:
    desfecho = cliente.enviar_texto(numero=NUMERO, texto="Olá, José 🙂")
    (enviada,) = servidor.simulador.enviadas
    assert desfecho.tipo is TipoDeDesfecho.ENVIADA
    assert desfecho.provider_id == enviada["id"]
    assert desfecho.remote_jid == "5511987654321@s.whatsapp.net"
    assert (enviada["numero"], enviada["texto"]) == ("5511987654321", "Olá, José 🙂")


@pytest.mark.parametrize(
    ("modo", "tipo", "codigo", "saiu"),
    [
        ({"modo": "offline"}, TipoDeDesfecho.INCERTA, "conexao_caiu", 0),
        ({"modo": "erro_antes"}, TipoDeDesfecho.NAO_ENVIADA, "consulta_expirou", 0),
        ({"modo": "erro_antes", "erro": "ritmo"}, TipoDeDesfecho.NAO_ENVIADA, "ritmo_excedido", 0),
        ({"modo": "erro_antes", "erro": "banco"}, TipoDeDesfecho.NAO_ENVIADA, "banco_do_gateway_fora", 0),
        ({"modo": "erro_antes", "erro": "queda"}, TipoDeDesfecho.INCERTA, "conexao_caiu", 0),
        ({"modo": "erro_depois", "queda": True}, TipoDeDesfecho.INCERTA, "conexao_caiu", 1),
        ({"modo": "erro_depois", "queda": False}, TipoDeDesfecho.INCERTA, "resposta_de_intermediario", 1),
        ({"modo": "erro_depois_sem_registro", "queda": True}, TipoDeDesfecho.INCERTA, "conexao_caiu", 1),
        (
            {"modo": "erro_depois_sem_registro", "queda": False},
            TipoDeDesfecho.INCERTA,
            "saiu_sem_registro",
            1,
        ),
        ({"modo": "desconectada"}, TipoDeDesfecho.NAO_ENVIADA, "instancia_desconectada", 0),
    ],
)
def test_cada_falha_do_gateway_tem_seu_desfecho(
    servidor: Servidor, cliente: Cliente, modo: dict[str, Any], tipo: TipoDeDesfecho, codigo: str, saiu: int
) -> None:
    _modo(servidor, **modo)
    desfecho = cliente.enviar_texto(numero=NUMERO, texto="oi")
    assert (desfecho.tipo, desfecho.codigo) == (tipo, codigo)
    assert len(servidor.simulador.enviadas) == saiu


def test_gateway_lento_alem_do_prazo_e_incerto_e_a_mensagem_sai(servidor: Servidor) -> None:
    _modo(servidor, modo="lento", segundos=0.6)
    with Cliente(url=servidor.url, instancia="loja", chave=CHAVE, timeout_s=0.2) as cliente:
        desfecho = cliente.enviar_texto(numero=NUMERO, texto="oi R77")
    assert (desfecho.tipo, desfecho.codigo) == (TipoDeDesfecho.INCERTA, "sem_resposta_no_prazo")
    fim = time.monotonic() + 5
    while not servidor.simulador.enviadas and time.monotonic() < fim:
        threading.Event().wait(0.02)
    with Cliente(url=servidor.url, instancia="loja", chave=CHAVE) as cliente:
        assert _buscar(cliente, "R77") is not None


def test_porta_fechada_prova_que_nada_saiu() -> None:
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        porta = tomada.getsockname()[1]
    with Cliente(url=f"http://127.0.0.1:{porta}", instancia="loja", chave=CHAVE) as cliente:
        desfecho = cliente.enviar_texto(numero=NUMERO, texto="oi")
    assert (desfecho.tipo, desfecho.codigo) == (TipoDeDesfecho.NAO_ENVIADA, "sem_conexao_com_gateway")


@contextmanager
def _servidor_cru(responder: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server of raw bytes: reads one request, then does as told."""
    escuta = socket.create_server(("127.0.0.1", 0))

    def atender() -> None:
        conexao, _ = escuta.accept()
        with conexao:
            conexao.recv(65536)
            try:
                responder(conexao)
            except OSError:
                return

    linha = threading.Thread(target=atender, daemon=True)
    linha.start()
    try:
        yield f"http://127.0.0.1:{escuta.getsockname()[1]}"
    finally:
        linha.join(timeout=10)
        escuta.close()


def test_servidor_que_goteja_nao_passa_do_prazo_total() -> None:
    fim = threading.Event()

    def gotejar(conexao: socket.socket) -> None:
        conexao.sendall(b"HTTP/1.1 201 Created\r\n")
        while not fim.wait(0.05):
            conexao.sendall(b"X-Gota: 1\r\n")

    with (
        _servidor_cru(gotejar) as url,
        Cliente(url=url, instancia="loja", chave=CHAVE, timeout_s=0.5) as cliente,
    ):
        inicio = time.monotonic()
        desfecho = cliente.enviar_texto(numero=NUMERO, texto="oi")
        demora = time.monotonic() - inicio
        fim.set()
    assert desfecho.tipo is TipoDeDesfecho.INCERTA
    assert demora < 2


@pytest.mark.parametrize(
    ("bytes_da_resposta", "codigo"),
    [
        (b"", "conexao_caiu"),
        (b"lixo\r\n\r\n", "conexao_caiu"),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{", "conexao_caiu"),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", "resposta_sem_id"),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
            "endereco_recusou",
        ),
    ],
)
def test_resposta_quebrada_tem_desfecho(bytes_da_resposta: bytes, codigo: str) -> None:
    with (
        _servidor_cru(lambda conexao: conexao.sendall(bytes_da_resposta)) as url,
        Cliente(url=url, instancia="loja", chave=CHAVE, timeout_s=5) as cliente,
    ):
        assert cliente.enviar_texto(numero=NUMERO, texto="oi").codigo == codigo


def test_a_chave_nao_aparece_em_repr_nem_em_detalhe() -> None:
    corpo = b'{"status":500,"error":"x","response":{"message":"apikey chave-da-instancia errada"}}'
    resposta = b"HTTP/1.1 500 X\r\nContent-Length: %d\r\n\r\n%b" % (len(corpo), corpo)
    with (
        _servidor_cru(lambda conexao: conexao.sendall(resposta)) as url,
        Cliente(url=url, instancia="loja", chave=CHAVE, timeout_s=5) as cliente,
    ):
        desfecho = cliente.enviar_texto(numero=NUMERO, texto="oi")
        assert CHAVE not in repr(cliente)
    assert CHAVE not in repr(desfecho)
    assert desfecho.codigo == "erro_antes_do_envio"


def test_meio_par_substituto_no_texto_nao_derruba_o_envio(cliente: Cliente) -> None:
    assert cliente.enviar_texto(numero=NUMERO, texto="oi \ud83d").tipo is TipoDeDesfecho.ENVIADA


@pytest.mark.parametrize("numero", ["5551987654321", "555187654321"])
def test_mensagem_e_achada_com_e_sem_o_nono_digito(cliente: Cliente, numero: str) -> None:
    desfecho = cliente.enviar_texto(numero="5551987654321", texto="Sua fatura vence hoje. Ref. Q7K2")
    achada = _buscar(cliente, "Q7K2", numero)
    assert achada.provider_id == desfecho.provider_id
    assert achada.remote_jid == "555187654321@s.whatsapp.net"
    assert achada.estado == "READ"
    assert abs((achada.enviada_em - _agora()).total_seconds()) < 60


def test_referencia_que_e_so_um_pedaco_de_outra_nao_vale(cliente: Cliente) -> None:
    cliente.enviar_texto(numero=NUMERO, texto="Ref. Q7K23")
    assert _buscar(cliente, "Q7K2") is None
    assert _buscar(cliente, "Q7K23") is not None


def test_mensagem_do_cliente_com_a_referencia_nao_prova_envio(servidor: Servidor, cliente: Cliente) -> None:
    cliente.estado_da_conexao()
    corpo = {"numero": "5511987654321", "texto": "recebi a Q7K2", "instancia": "loja"}
    httpx.post(f"{servidor.url}/_simulador/responder", json=corpo, trust_env=False)
    assert _buscar(cliente, "Q7K2") is None


def test_mensagem_e_achada_em_qualquer_pagina(cliente: Cliente) -> None:
    cliente.enviar_texto(numero=NUMERO, texto="Ref. PRIMEIRA")
    for vez in range(120):
        cliente.enviar_texto(numero=NUMERO, texto=f"Ref. N{vez}")
    assert _buscar(cliente, "PRIMEIRA") is not None
    assert _buscar(cliente, "NENHUMA") is None


@pytest.mark.parametrize("modo", [{"modo": "offline"}, {"modo": "lento", "segundos": 1, "rotas": "todas"}])
def test_busca_impossivel_e_erro_e_nao_ausencia(servidor: Servidor, modo: dict[str, Any]) -> None:
    with Cliente(url=servidor.url, instancia="loja", chave=CHAVE, timeout_s=0.3) as cliente:
        _modo(servidor, **modo)
        with pytest.raises(ErroDoGateway):
            _buscar(cliente, "Q7K2")


def test_busca_sem_referencia_e_recusada(cliente: Cliente) -> None:
    with pytest.raises(ValueError, match="referencia"):
        _buscar(cliente, "")


def test_estado_e_instancia_dizem_aberta_e_desconectada(servidor: Servidor, cliente: Cliente) -> None:
    assert cliente.estado_da_conexao() == "open"
    instancia = cliente.buscar_instancia()
    assert (instancia.nome, instancia.estado, instancia.telefone) == ("loja", "open", "5511900000000")
    assert CHAVE not in repr(instancia)
    _modo(servidor, modo="desconectada")
    assert cliente.estado_da_conexao() == "close"
    assert cliente.buscar_instancia().estado == "close"


def test_numeros_no_whatsapp_dizem_quem_existe_e_o_endereco(servidor: Servidor, cliente: Cliente) -> None:
    numeros = ["5511987654321", "5511987650000", "5551987654321"]
    consultados = cliente.numeros_no_whatsapp(numeros=numeros)
    assert [(c.numero, c.existe) for c in consultados] == list(zip(numeros, [True, False, True], strict=True))
    assert consultados[2].jid == "555187654321@s.whatsapp.net"
    assert cliente.numeros_no_whatsapp(numeros=[]) == []
    _modo(servidor, modo="desconectada")
    with pytest.raises(ErroDoGateway) as erro:
        cliente.numeros_no_whatsapp(numeros=numeros)
    assert erro.value.desconectada


def test_webhook_e_configurado_com_o_cabecalho_secreto(servidor: Servidor, cliente: Cliente) -> None:
    cliente.configurar_webhook(url="http://127.0.0.1:1/w", cabecalhos={"X-Segredo": "s"})
    webhook = servidor.simulador.instancias["loja"].webhook
    assert webhook is not None
    assert (webhook["url"], webhook["headers"], webhook["enabled"]) == (
        "http://127.0.0.1:1/w",
        {"X-Segredo": "s"},
        True,
    )


def test_instancia_ou_chave_errada_e_erro_de_configuracao() -> None:
    with em_execucao(opcoes=Opcoes(estrito=True)) as servidor:
        servidor.simulador.criar(nome="loja", token="certa", estado="open")
        for nome, chave in (("outra", "certa"), ("loja", "errada")):
            with Cliente(url=servidor.url, instancia=nome, chave=chave) as cliente:
                with pytest.raises(ErroDoGateway) as erro:
                    cliente.estado_da_conexao()
                assert erro.value.configuracao


def test_nome_de_instancia_com_barra_e_interrogacao_nao_escapa_do_caminho(servidor: Servidor) -> None:
    nome = "a/b?instanceName=loja#x"
    with Cliente(url=servidor.url, instancia=nome, chave=CHAVE) as cliente:
        assert cliente.enviar_texto(numero=NUMERO, texto="oi").saiu
        assert cliente.buscar_instancia().nome == nome
    assert servidor.simulador.enviadas[0]["instancia"] == nome


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://x",
        "localhost:8080",
        "http://",
        "http://a..b",
        f"http://{'a' * 70}.com",
        "http://x:99999",
        "http://x\n",
    ],
)
def test_endereco_invalido_e_recusado_na_hora(url: str) -> None:
    with pytest.raises(ErroDoGateway) as erro:
        Cliente(url=url, instancia="loja", chave=CHAVE)
    assert erro.value.configuracao


@pytest.mark.django_db
def test_dentro_de_transacao_nada_e_chamado(servidor: Servidor, cliente: Cliente) -> None:
    with transaction.atomic(), pytest.raises(GatewayEmTransacao):
        cliente.enviar_texto(numero=NUMERO, texto="oi")
    assert servidor.simulador.enviadas == []
    assert cliente.enviar_texto(numero=NUMERO, texto="oi").saiu


@pytest.mark.parametrize("chave", ["com\nquebra", "ção", "x\x00"])
def test_chave_que_nao_cabe_num_cabecalho_e_recusada_na_hora(chave: str) -> None:
    with pytest.raises(ErroDoGateway) as erro:
        Cliente(url="http://127.0.0.1:1", instancia="loja", chave=chave)
    assert erro.value.configuracao
    assert chave not in str(erro.value)


def test_endereco_com_caminho_e_barra_no_fim_e_respeitado() -> None:
    pedidos: list[bytes] = []
    escuta = socket.create_server(("127.0.0.1", 0))

    def atender() -> None:
        conexao, _ = escuta.accept()
        with conexao:
            pedidos.append(conexao.recv(65536))

    linha = threading.Thread(target=atender, daemon=True)
    linha.start()
    url = f"http://127.0.0.1:{escuta.getsockname()[1]}/whats/?x=1"
    with escuta, Cliente(url=url, instancia="loja", chave=CHAVE, timeout_s=5) as cliente:
        cliente.enviar_texto(numero=NUMERO, texto="oi")
        linha.join(timeout=5)
    assert pedidos[0].startswith(b"POST /whats/message/sendText/loja HTTP/1.1\r\n")
    assert b"\r\napikey: chave-da-instancia\r\n" in pedidos[0]


def test_conexao_e_mantida_entre_envios(servidor: Servidor, cliente: Cliente) -> None:
    for _ in range(5):
        assert cliente.enviar_texto(numero=NUMERO, texto="oi").saiu
    assert len(servidor.abertas) == 1


def test_depois_de_o_servidor_voltar_o_mesmo_cliente_envia() -> None:
    with em_execucao() as primeiro:
        porta = primeiro.porta
        cliente = Cliente(url=primeiro.url, instancia="loja", chave=CHAVE, timeout_s=5)
        assert cliente.enviar_texto(numero=NUMERO, texto="antes").saiu
    with cliente, em_execucao(porta=porta) as segundo:
        assert cliente.enviar_texto(numero=NUMERO, texto="depois").saiu
        assert [enviada["texto"] for enviada in segundo.simulador.enviadas] == ["depois"]
