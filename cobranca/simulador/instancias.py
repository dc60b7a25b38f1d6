"""The routes about instances and their webhook."""

from __future__ import annotations

import time
import uuid
from typing import Any

from cobranca.simulador import formas
from cobranca.simulador.avisos import Avisos
from cobranca.simulador.estado import Instancia, Simulador
from cobranca.simulador.pedido import Pedido, Resposta, recusar, responder


def listar(simulador: Simulador, pedido: Pedido) -> Resposta:
    """fetchInstances: the global key sees all of them, an instance token only its own."""
    if not pedido.chave:
        return recusar(401, "Unauthorized")
    nome = pedido.consulta.get("instanceName")
    if nome:
        simulador.obter(nome, pedido.chave)
    with simulador.trava:
        todas = list(simulador.instancias.values())
    if simulador.opcoes.estrito and pedido.chave != simulador.opcoes.chave_global:
        todas = [instancia for instancia in todas if instancia.token == pedido.chave]
        if not todas:
            return recusar(401, "Unauthorized")
    achadas = [instancia for instancia in todas if not nome or instancia.nome == nome]
    if nome and not achadas:
        return recusar(404, [f'Instance "{nome}" not found'])
    return responder(200, [formas.instancia_listada(i, simulador.estado_de(i)) for i in achadas])


def criar(simulador: Simulador, pedido: Pedido) -> Resposta:
    """instance/create. In strict mode it is born closed, as the real one; ``qrcode`` pairs it at once."""
    nome = str(pedido.dados.get("instanceName", ""))
    if nome in simulador.instancias:
        return recusar(403, [f'This name "{nome}" is already in use.'])
    if not pedido.chave or (simulador.opcoes.estrito and pedido.chave != simulador.opcoes.chave_global):
        return recusar(401, "Unauthorized")
    if pedido.dados.get("integration") != "WHATSAPP-BAILEYS":
        return recusar(400, ["Invalid integration"])
    com_qr = bool(pedido.dados.get("qrcode"))
    estado = "open" if com_qr or not simulador.opcoes.estrito else "close"
    token = str(pedido.dados.get("token") or str(uuid.uuid4()).upper())
    instancia = simulador.criar(nome=nome, token=token, estado=estado)
    if isinstance(webhook := pedido.dados.get("webhook"), dict):
        simulador.guardar_webhook(instancia, _linha_do_webhook(instancia, webhook | {"enabled": True}))
    corpo = formas.instancia_criada(instancia, estado)
    return responder(201, corpo | {"qrcode": {"count": 0}} if com_qr else corpo)


def estado(simulador: Simulador, instancia: Instancia) -> Resposta:
    situacao = {"instanceName": instancia.nome, "state": simulador.estado_de(instancia)}
    return responder(200, {"instance": situacao})


def conectar(simulador: Simulador, avisos: Avisos, instancia: Instancia) -> Resposta:
    """instance/connect: here the pairing always succeeds, so the answer is the open state."""
    if instancia.estado != "open":
        avisos.conexao(instancia, "connecting")
        simulador.conectar(instancia, "open")
        avisos.conexao(instancia, "open")
    return estado(simulador, instancia)


def sair(simulador: Simulador, avisos: Avisos, instancia: Instancia) -> Resposta:
    if simulador.estado_de(instancia) != "open":
        return recusar(400, [f'The "{instancia.nome}" instance is not connected'])
    simulador.conectar(instancia, "close")
    avisos.emitir(instancia, "logout.instance", None)
    avisos.conexao(instancia, "close")
    corpo = {"status": "SUCCESS", "error": False, "response": {"message": "Instance logged out"}}
    return responder(200, corpo)


def apagar(simulador: Simulador, instancia: Instancia) -> Resposta:
    simulador.apagar_instancia(instancia.nome)
    corpo = {"status": "SUCCESS", "error": False, "response": {"message": "Instance deleted"}}
    return responder(200, corpo)


def definir_webhook(simulador: Simulador, instancia: Instancia, dados: dict[str, Any]) -> Resposta:
    """webhook/set: ``[]`` means every event, a missing list is a 500, fields left out keep their value."""
    webhook = dados.get("webhook")
    if not isinstance(webhook, dict):
        return recusar(400, [['instance requires property "webhook"']])
    eventos = webhook.get("events")
    for posicao, evento in enumerate(eventos or []):
        if evento not in formas.EVENTOS:
            nomes = ",".join(formas.EVENTOS)
            return recusar(400, [[f"webhook.events[{posicao}] is not one of enum values: {nomes}"]])
    if webhook.get("enabled") and eventos is None:
        return recusar(500, "Cannot read properties of undefined (reading 'length')")
    simulador.guardar_webhook(instancia, _linha_do_webhook(instancia, webhook))
    return responder(201, instancia.webhook)


def _linha_do_webhook(instancia: Instancia, webhook: dict[str, Any]) -> dict[str, Any]:
    anterior = instancia.webhook or {}
    agora = formas.instante(time.time())
    ligado = bool(webhook.get("enabled", True))
    return {
        "id": anterior.get("id") or formas.id_de_banco(),
        "url": webhook.get("url", anterior.get("url", "")),
        "headers": webhook.get("headers", anterior.get("headers")),
        "enabled": ligado,
        "events": (webhook.get("events") or list(formas.EVENTOS)) if ligado else [],
        "webhookByEvents": webhook.get("byEvents", anterior.get("webhookByEvents", False)),
        "webhookBase64": webhook.get("base64", anterior.get("webhookBase64", False)),
        "createdAt": anterior.get("createdAt") or agora,
        "updatedAt": agora,
        "instanceId": instancia.id,
    }
