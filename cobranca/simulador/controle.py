"""The simulator's own routes, ``/_simulador/...``: set a fault, see what left, make a customer answer."""

from __future__ import annotations

import time
from dataclasses import fields
from typing import Any

from cobranca.simulador import formas
from cobranca.simulador.avisos import Avisos
from cobranca.simulador.estado import Instancia, Mensagem, Opcoes, Simulador
from cobranca.simulador.modos import ModoInvalido, ler_modo
from cobranca.simulador.numeros import SUFIXO, jid_do_numero, so_digitos
from cobranca.simulador.pedido import CorpoInvalido, Pedido, Resposta, responder

LID = "123456789012345@lid"


def atender(simulador: Simulador, avisos: Avisos, pedido: Pedido) -> Resposta:
    """Control answers in any mode, offline included, and asks for no key: the port is loopback only."""
    rota = (pedido.metodo, pedido.caminho[1] if len(pedido.caminho) == 2 else "")
    try:
        match rota:
            case ("POST", "modo"):
                return _definir_modo(simulador, avisos, pedido.dados)
            case ("GET", "modo"):
                return responder(200, simulador.modos.como_dict())
            case ("GET", "enviadas"):
                return _enviadas(simulador, pedido)
            case ("POST", "responder"):
                return _responder(simulador, avisos, pedido.dados)
            case ("POST", "config"):
                return _configurar(simulador, pedido.dados)
            case ("GET", "config"):
                return responder(200, _opcoes(simulador.opcoes))
            case ("POST", "limpar"):
                simulador.limpar(instancias=pedido.dados.get("instancias") is True)
                return responder(200, {"limpo": True})
    except (ModoInvalido, CorpoInvalido) as erro:
        return responder(400, {"erro": str(erro)})
    return responder(404, {"erro": f"rota desconhecida: {pedido.metodo} {pedido.alvo}"})


def _definir_modo(simulador: Simulador, avisos: Avisos, dados: dict[str, Any]) -> Resposta:
    modo = ler_modo(dados)
    nome = dados.get("instancia")
    if nome is not None and not isinstance(nome, str):
        raise ModoInvalido("instancia: use o nome da instância")
    semente = dados.get("semente")
    antes = {i.nome: simulador.estado_de(i) for i in list(simulador.instancias.values())}
    simulador.modos.definir(modo, instancia=nome, semente=semente if isinstance(semente, int) else None)
    for instancia in list(simulador.instancias.values()):
        depois = simulador.estado_de(instancia)
        if depois != antes.get(instancia.nome, depois):
            avisos.conexao(instancia, depois)
    return responder(200, simulador.modos.como_dict())


def _enviadas(simulador: Simulador, pedido: Pedido) -> Resposta:
    with simulador.trava:
        todas = list(simulador.enviadas)
    if nome := pedido.consulta.get("instancia"):
        todas = [enviada for enviada in todas if enviada["instancia"] == nome]
    return responder(200, todas)


def _responder(simulador: Simulador, avisos: Avisos, dados: dict[str, Any]) -> Resposta:
    numero, texto = dados.get("numero"), dados.get("texto")
    if not isinstance(numero, str) or not so_digitos(numero):
        raise ModoInvalido("numero: informe o número com 55 e DDD")
    if not isinstance(texto, str) or not texto:
        raise ModoInvalido("texto: informe o texto da resposta")
    instancia = _quem_recebe(simulador, jid_do_numero(numero), dados.get("instancia"))
    jid = f"{so_digitos(numero)}{SUFIXO}"
    lid, de_mim = bool(dados.get("lid")), bool(dados.get("de_mim"))
    mensagem = Mensagem(
        id=formas.id_de_mensagem("3A")[:20],
        id_banco=formas.id_de_banco(),
        jid=LID if lid else jid,
        numero=so_digitos(numero),
        texto=texto,
        em=time.time(),
        por_api=False,
        de_mim=de_mim,
        nome=str(dados.get("nome") or "Cliente"),
        origem="ios",
        alternativo=jid if lid else None,
    )
    simulador.receber(instancia, mensagem)
    avisos.emitir(instancia, "messages.upsert", formas.recebida(mensagem, instancia))
    return responder(200, {"id": mensagem.id, "instancia": instancia.nome})


def _quem_recebe(simulador: Simulador, jid: str, nome: Any) -> Instancia:
    """The instance named, else the one that last wrote to this number, else the only or newest one."""
    if nome is not None:
        if nome not in simulador.instancias:
            raise ModoInvalido(f"instancia desconhecida: {nome}")
        return simulador.instancias[nome]
    with simulador.trava:
        for enviada in reversed(simulador.enviadas):
            if jid_do_numero(enviada["numero"]) == jid and enviada["instancia"] in simulador.instancias:
                return simulador.instancias[enviada["instancia"]]
        if not simulador.instancias:
            raise ModoInvalido("nenhuma instância conhecida: envie uma mensagem ou crie uma instância antes")
        return list(simulador.instancias.values())[-1]


def _configurar(simulador: Simulador, dados: dict[str, Any]) -> Resposta:
    """Changes options by name; an unknown name or a wrong kind of value changes nothing."""
    novos: dict[str, Any] = {}
    for nome, valor in dados.items():
        atual = getattr(simulador.opcoes, nome, None) if nome in _NOMES else None
        if atual is None:
            raise ModoInvalido(f"opção desconhecida: {nome}")
        if isinstance(atual, frozenset | tuple):
            if not isinstance(valor, list) or not all(isinstance(item, str) for item in valor):
                raise ModoInvalido(f"{nome}: use uma lista de textos")
            novos[nome] = type(atual)(valor)
        elif isinstance(atual, bool) or isinstance(valor, bool) or isinstance(atual, str):
            if type(valor) is not type(atual):
                raise ModoInvalido(f"{nome}: valor do tipo errado")
            novos[nome] = valor
        elif isinstance(valor, int | float) and 0 <= valor <= 3600:
            novos[nome] = type(atual)(valor)
        else:
            raise ModoInvalido(f"{nome}: use um número de 0 a 3600")
    for nome, valor in novos.items():
        setattr(simulador.opcoes, nome, valor)
    return responder(200, _opcoes(simulador.opcoes))


_NOMES = frozenset(campo.name for campo in fields(Opcoes)) - {"chave_global"}


def _opcoes(opcoes: Opcoes) -> dict[str, Any]:
    dados = {nome: getattr(opcoes, nome) for nome in sorted(_NOMES)}
    return {n: sorted(v) if isinstance(v, frozenset | tuple) else v for n, v in dados.items()}
