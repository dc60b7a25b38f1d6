"""The reading routes of the chat: whatsappNumbers, findMessages, findStatusMessage."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cobranca.simulador import formas
from cobranca.simulador.estado import Instancia, Mensagem, Simulador
from cobranca.simulador.modos import Modo
from cobranca.simulador.numeros import jid_do_numero
from cobranca.simulador.pedido import Resposta, responder

PAGINA = 50


def numeros_no_whatsapp(
    simulador: Simulador, instancia: Instancia, dados: dict[str, Any], modo: Modo
) -> Resposta:
    """Known numbers are answered from the cache even while closed; errors do not use the envelope."""
    numeros = dados.get("numbers")
    if not isinstance(numeros, list):
        return responder(400, {})
    if recusa := _recusa_da_lista(numeros):
        return recusa
    jids = [jid_do_numero(numero) for numero in numeros]
    fora_do_cache = any(jid not in simulador.em_cache for jid in jids)
    if fora_do_cache and not instancia.ja_conectou:
        return responder(400, {})
    if fora_do_cache and (modo.nome == "desconectada" or instancia.estado != "open"):
        return responder(400, formas.boom(428, "Connection Closed"))
    if fora_do_cache and modo.nome == "erro_antes" and modo.erro == "ritmo":
        return responder(400, formas.boom(429, "rate-overlimit", 429))
    return responder(
        200, [_numero(simulador, numero, jid) for numero, jid in zip(numeros, jids, strict=True)]
    )


def _recusa_da_lista(numeros: list[Any]) -> Resposta | None:
    mensagem = None
    if not numeros:
        mensagem = "numbers does not meet minimum length of 1"
    elif not all(isinstance(numero, str) for numero in numeros):
        mensagem = '"numbers" must be an array of numeric strings'
    if mensagem is None:
        return None
    return responder(400, {"status": 400, "error": "Bad Request", "message": [[mensagem]]})


def _numero(simulador: Simulador, numero: str, jid: str) -> dict[str, Any]:
    return {"jid": jid, "exists": jid in simulador.em_cache or simulador.tem_whatsapp(jid), "number": numero}


def achar_mensagens(simulador: Simulador, instancia: Instancia, dados: dict[str, Any]) -> Resposta:
    """findMessages, newest first. ``offset`` is the page size; what the real server ignores is ignored."""
    with simulador.trava:
        achadas = [m for m in _candidatas(instancia, dados) if _serve(m, _onde(dados))]
    achadas.sort(key=lambda mensagem: -int(mensagem.em))
    tamanho = _inteiro(dados.get("offset"), PAGINA)
    pagina = _inteiro(dados.get("page"), 1)
    recorte = achadas[(pagina - 1) * tamanho : pagina * tamanho]
    registros = [formas.registro_de_mensagem(m, instancia, simulador.estados(m)) for m in recorte]
    paginas = -(-len(achadas) // tamanho)
    corpo = {"total": len(achadas), "pages": paginas, "currentPage": pagina, "records": registros}
    return responder(200, {"messages": corpo})


def achar_estados(simulador: Simulador, instancia: Instancia, dados: dict[str, Any]) -> Resposta:
    """findStatusMessage by key id: one row per reported state."""
    procurado = _onde(dados).get("id")
    with simulador.trava:
        mensagens = list(instancia.mensagens) if procurado is None else [instancia.por_id.get(str(procurado))]
    linhas = [
        formas.linha_de_estado(mensagem, instancia, estado, ordem)
        for mensagem in mensagens
        if mensagem is not None
        for ordem, estado in enumerate(simulador.estados(mensagem))
    ]
    return responder(200, linhas)


def _onde(dados: dict[str, Any]) -> dict[str, Any]:
    onde = dados.get("where")
    return onde if isinstance(onde, dict) else {}


def _chave(onde: dict[str, Any]) -> dict[str, Any]:
    chave = onde.get("key")
    return chave if isinstance(chave, dict) else {}


def _candidatas(instancia: Instancia, dados: dict[str, Any]) -> list[Mensagem]:
    chave = _chave(_onde(dados))
    if procurado := chave.get("id"):
        mensagem = instancia.por_id.get(str(procurado))
        return [mensagem] if mensagem else []
    if jid := chave.get("remoteJid"):
        return list(reversed(instancia.por_jid.get(str(jid), [])))
    return list(reversed(instancia.mensagens))


def _serve(mensagem: Mensagem, onde: dict[str, Any]) -> bool:
    chave = _chave(onde)
    if chave.get("remoteJid") and mensagem.jid != chave["remoteJid"]:
        return False
    if chave.get("remoteJidAlt") and mensagem.alternativo != chave["remoteJidAlt"]:
        return False
    if chave.get("fromMe") and not mensagem.de_mim:  # fromMe:false is ignored, as recorded
        return False
    if onde.get("id") and mensagem.id_banco != onde["id"]:
        return False
    if onde.get("source") and mensagem.origem != onde["source"]:
        return False
    if onde.get("messageType") and onde["messageType"] != "conversation":
        return False
    return _no_periodo(mensagem, onde.get("messageTimestamp"))


def _no_periodo(mensagem: Mensagem, periodo: Any) -> bool:
    """Both bounds or none: with only one the real server drops the filter."""
    if not isinstance(periodo, dict) or not (periodo.get("gte") and periodo.get("lte")):
        return True
    try:
        de, ate = (datetime.fromisoformat(str(periodo[p])).timestamp() for p in ("gte", "lte"))
    except ValueError:
        return True
    return int(de) <= int(mensagem.em) <= int(ate)


def _inteiro(valor: Any, padrao: int) -> int:
    return valor if isinstance(valor, int) and not isinstance(valor, bool) and valor > 0 else padrao
