"""Which request goes where, behind the guards of the real server: the instance exists, then the key fits."""

from __future__ import annotations

from cobranca.simulador import consultas, controle, formas, instancias
from cobranca.simulador.avisos import Avisos
from cobranca.simulador.envio import enviar_texto
from cobranca.simulador.estado import Instancia, Simulador
from cobranca.simulador.modos import OK, Modo
from cobranca.simulador.pedido import CorpoInvalido, Pedido, Queda, Resposta, recusar, responder

_COM_INSTANCIA = {
    ("POST", "message", "sendText"),
    ("GET", "instance", "connectionState"),
    ("GET", "instance", "connect"),
    ("DELETE", "instance", "logout"),
    ("DELETE", "instance", "delete"),
    ("POST", "chat", "whatsappNumbers"),
    ("POST", "chat", "findMessages"),
    ("POST", "chat", "findStatusMessage"),
    ("POST", "webhook", "set"),
    ("GET", "webhook", "find"),
}


class Rotas:
    def __init__(self, simulador: Simulador, avisos: Avisos) -> None:
        self.simulador = simulador
        self.avisos = avisos

    def atender(self, pedido: Pedido) -> Resposta:
        """The answer to one request; raises Queda where the fault in force gives none."""
        if pedido.caminho[0] == "_simulador":
            return controle.atender(self.simulador, self.avisos, pedido)
        try:
            return self._evolution(pedido)
        except CorpoInvalido as erro:
            return responder(400, formas.erro(500, str(erro)) | {"status": 400})

    def _evolution(self, pedido: Pedido) -> Resposta:
        partes = pedido.caminho
        com_instancia = len(partes) == 3 and (pedido.metodo, partes[0], partes[1]) in _COM_INSTANCIA
        nome = partes[2] if com_instancia else pedido.consulta.get("instanceName")
        modo = self._sortear(nome, eh_envio=partes[:2] == ["message", "sendText"])
        if pedido.corpo and pedido.metodo == "POST":
            _ = pedido.dados  # the body is parsed before any guard looks at the request
        if com_instancia:
            return self._da_instancia(pedido, partes[0], partes[1], partes[2], modo)
        if (pedido.metodo, partes) == ("GET", ["instance", "fetchInstances"]):
            return instancias.listar(self.simulador, pedido)
        if (pedido.metodo, partes) == ("POST", ["instance", "create"]):
            return instancias.criar(self.simulador, pedido)
        if (pedido.metodo, partes) == ("GET", [""]):
            return responder(200, formas.raiz(self.simulador.porta))
        return recusar(404, [f"Cannot {pedido.metodo} {pedido.alvo}"])

    def _sortear(self, nome: str | None, *, eh_envio: bool) -> Modo:
        """Offline hits every route; the other faults are drawn for sends (``lento`` for all, if told so)."""
        modos = self.simulador.modos
        vigente = modos.vigente(nome)
        if vigente.nome == "ok":
            return OK
        if vigente.nome == "offline":
            if modos.sortear(nome).nome == "offline":
                raise Queda(brusca=True)
            return OK
        if eh_envio:
            return modos.sortear(nome)
        if (
            vigente.nome == "lento"
            and vigente.rotas == "todas"
            and self.simulador.parar.wait(vigente.segundos)
        ):
            raise Queda
        return vigente

    def _da_instancia(self, pedido: Pedido, grupo: str, acao: str, nome: str, modo: Modo) -> Resposta:
        guardada = self.simulador.obter(nome, pedido.chave)
        if guardada is None and self.simulador.opcoes.estrito:
            return recusar(404, [f'The "{nome}" instance does not exist'])
        if guardada is None or not self.simulador.chave_vale(guardada, pedido.chave):
            return recusar(401, "Unauthorized")
        # The real server lets the query string choose another instance after the key was checked.
        outra = pedido.consulta.get("instanceName")
        instancia = self.simulador.instancias.get(outra, guardada) if outra else guardada
        if (grupo, acao) == ("message", "sendText"):
            return enviar_texto(self.simulador, self.avisos, instancia, pedido.dados, modo)
        return self._consultar(pedido, acao, instancia, modo)

    def _consultar(self, pedido: Pedido, acao: str, instancia: Instancia, modo: Modo) -> Resposta:
        simulador, avisos = self.simulador, self.avisos
        match acao:
            case "connectionState":
                return instancias.estado(simulador, instancia)
            case "connect":
                return instancias.conectar(simulador, avisos, instancia)
            case "logout":
                return instancias.sair(simulador, avisos, instancia)
            case "delete":
                return instancias.apagar(simulador, instancia)
            case "whatsappNumbers":
                return consultas.numeros_no_whatsapp(simulador, instancia, pedido.dados, modo)
            case "findMessages":
                return consultas.achar_mensagens(simulador, instancia, pedido.dados)
            case "findStatusMessage":
                return consultas.achar_estados(simulador, instancia, pedido.dados)
            case "set":
                return instancias.definir_webhook(simulador, instancia, pedido.dados)
        return responder(200, instancia.webhook)
