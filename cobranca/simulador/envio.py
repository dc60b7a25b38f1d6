"""sendText: checks in the order of the real server, then the fault in force decides what happens."""

from __future__ import annotations

from typing import Any

from cobranca.simulador import formas
from cobranca.simulador.avisos import Avisos
from cobranca.simulador.estado import Instancia, Mensagem, Simulador
from cobranca.simulador.modos import Modo
from cobranca.simulador.numeros import jid_do_numero
from cobranca.simulador.pedido import Queda, Resposta, do_proxy, recusar, responder

DELAY_MAXIMO_S = 120.0
SEM_CONEXAO = "Cannot read properties of undefined (reading 'onWhatsApp')"
CONSULTA_EXPIROU = "Cannot read properties of undefined (reading 'find')"
BANCO_ANTES = "\nInvalid `this.prismaRepository.contact.findMany()` invocation in\n/evolution/dist/main.js"
BANCO_DEPOIS = (
    "PrismaClientKnownRequestError: \nInvalid `this.prismaRepository.message.create()` invocation in\n"
    "/evolution/dist/main.js\n\nServer has closed the connection."
)


def enviar_texto(
    simulador: Simulador, avisos: Avisos, instancia: Instancia, dados: dict[str, Any], modo: Modo
) -> Resposta:
    """Answers one sendText; what left is in ``simulador.enviadas`` before any answer is made."""
    if recusa := _validar(dados):
        return recusa
    numero, texto = dados["number"], dados["text"]
    if recusa := _sem_ligacao(simulador, instancia, jid_do_numero(numero), modo):
        return recusa
    if modo.nome == "erro_antes":
        return _erro_antes(modo.erro or "consulta")
    jid = jid_do_numero(numero)
    if jid not in simulador.em_cache:
        if not simulador.tem_whatsapp(jid):
            return recusar(400, [{"jid": jid, "exists": False, "number": numero}])
        simulador.em_cache.add(jid)
    _segurar(simulador, modo, dados.get("delay") or 0)
    registrar = modo.nome != "erro_depois_sem_registro"
    mensagem = simulador.enviar(instancia, numero=numero, texto=texto, registrar=registrar)
    if registrar:
        avisos.enviada(instancia, mensagem)
    return _depois(simulador, instancia, mensagem, modo)


def _validar(dados: dict[str, Any]) -> Resposta | None:
    faltam = [f'instance requires property "{campo}"' for campo in ("number", "text") if campo not in dados]
    if faltam:
        return recusar(400, [faltam])
    erros = []
    if not isinstance(dados["number"], str):
        erros.append("Invalid format")
    if not isinstance(dados["text"], str):
        erros.append("text is not of a type(s) string")
    if isinstance(delay := dados.get("delay", 0), bool) or not isinstance(delay, int):
        erros.append("Enter a value in milliseconds")
    if not isinstance(dados.get("linkPreview", False), bool):
        erros.append("linkPreview is not of a type(s) boolean")
    citada = dados.get("quoted")
    if isinstance(citada, dict) and isinstance(citada.get("key"), dict) and not citada["key"].get("id"):
        erros.append('quoted.key requires property "id"')
    if erros:
        return recusar(400, [erros])
    return None if dados["text"].strip() else recusar(400, ["Text is required"])


def _sem_ligacao(simulador: Simulador, instancia: Instancia, jid: str, modo: Modo) -> Resposta | None:
    """No open socket: a cached number fails inside the send step (400), any other at its look-up (500)."""
    if modo.nome != "desconectada" and instancia.estado == "open":
        return None
    if not instancia.ja_conectou:
        return recusar(500, SEM_CONEXAO)
    if jid in simulador.em_cache:
        return recusar(400, ["Error: Connection Closed"])
    return recusar(500, "Connection Closed")


def _erro_antes(qual: str) -> Resposta:
    if qual == "queda":
        raise Queda
    if qual == "proxy":
        return do_proxy(502)
    respostas: dict[str, tuple[int, Any]] = {
        "consulta": (500, CONSULTA_EXPIROU),
        "ritmo": (500, "rate-overlimit"),
        "banco": (500, BANCO_ANTES),
        "fechada": (400, ["Error: Connection Closed"]),
        "expirou": (400, ["Error: Timed Out"]),
    }
    return recusar(*respostas[qual])


def _segurar(simulador: Simulador, modo: Modo, delay_ms: int) -> None:
    """Holds the request; the send goes on afterwards even if the client has hung up, as the real one does."""
    espera = min(max(delay_ms, 0) / 1000, DELAY_MAXIMO_S)
    if modo.nome == "lento":
        espera += modo.segundos
    if espera and simulador.parar.wait(espera):
        raise Queda


def _depois(simulador: Simulador, instancia: Instancia, mensagem: Mensagem, modo: Modo) -> Resposta:
    if modo.nome not in ("erro_depois", "erro_depois_sem_registro"):
        return responder(201, formas.enviada(mensagem, instancia))
    if simulador.modos.cai_agora(modo):
        raise Queda
    if modo.nome == "erro_depois":
        return do_proxy(504)
    return recusar(400, [BANCO_DEPOIS])
