"""What the simulated server knows: instances, stored messages, what left, and the mode in force.

One lock guards all of it. A send writes its line to the journal first and memory second, so that nothing the
simulator has answered for is missing after its own death.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cobranca.simulador import formas
from cobranca.simulador.modos import Modos
from cobranca.simulador.numeros import jid_do_numero, so_digitos
from cobranca.simulador.registro import Registro

DONO = "5511900000000@s.whatsapp.net"
SEM_WHATSAPP = frozenset({"5511987650000", "5551912340000"})
COM_ERRO_NO_ACK = frozenset({"5511987650463"})


@dataclass(slots=True)
class Opcoes:
    """What the control route ``/_simulador/config`` can change; the start values come from the command."""

    estrito: bool = False  # unknown instances are 404, wrong keys 401; instances are born closed
    chave_global: str = "chave-global-simulada"
    eventos: bool = True  # webhooks and delivery states at all
    entregas: bool = True  # False: messages leave, and no delivery is ever reported
    atraso_entrega_s: float = 0.3
    atraso_leitura_s: float = 0.9
    embaralhar: bool = False  # webhooks leave in any order
    leitura: bool = True  # False: the customer hides read receipts
    tentativas_webhook: int = 10
    espera_webhook_s: float = 5.0  # doubled at each try, up to 300 s
    sem_whatsapp: frozenset[str] = SEM_WHATSAPP
    finais_sem_whatsapp: tuple[str, ...] = ()
    com_erro_no_ack: frozenset[str] = COM_ERRO_NO_ACK


@dataclass(slots=True)
class Mensagem:
    id: str
    id_banco: str
    jid: str
    numero: str
    texto: str
    em: float
    por_api: bool = True
    de_mim: bool = True
    nome: str = "Você"
    origem: str = "web"
    alternativo: str | None = None
    relata: bool = True


@dataclass(slots=True)
class Instancia:
    nome: str
    token: str
    estado: str  # open | close | connecting
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    id_banco: str = field(default_factory=formas.id_de_banco)
    criada_em: float = field(default_factory=time.time)
    dono: str = DONO
    ja_conectou: bool = False
    webhook: dict[str, Any] | None = None
    mensagens: list[Mensagem] = field(default_factory=list)
    por_jid: dict[str, list[Mensagem]] = field(default_factory=lambda: defaultdict(list))
    por_id: dict[str, Mensagem] = field(default_factory=dict)

    def esquecer(self) -> None:
        self.mensagens.clear()
        self.por_jid.clear()
        self.por_id.clear()

    def guardar(self, mensagem: Mensagem) -> None:
        self.mensagens.append(mensagem)
        self.por_jid[mensagem.jid].append(mensagem)
        self.por_id[mensagem.id] = mensagem


class Simulador:
    """The state behind the routes; safe to call from many request threads."""

    def __init__(self, *, pasta: Path | None = None, opcoes: Opcoes | None = None) -> None:
        self.opcoes = opcoes or Opcoes()
        self.modos = Modos()
        self.trava = threading.RLock()
        self.parar = threading.Event()
        self.instancias: dict[str, Instancia] = {}
        self.enviadas: list[dict[str, Any]] = []
        self.em_cache: set[str] = set()  # numbers looked up before; the cache is shared by all instances
        self.porta = 0
        self._registro = Registro(pasta)
        for fato in self._registro.ler():
            self._refazer(fato)

    # -- instances ---------------------------------------------------------------------------------------

    def obter(self, nome: str, chave: str | None) -> Instancia | None:
        """The instance called ``nome``; outside strict mode the first key shown to a name creates it."""
        instancia = self.instancias.get(nome)
        if instancia is None and chave and not self.opcoes.estrito:
            with self.trava:
                return self.instancias.get(nome) or self.criar(nome=nome, token=chave, estado="open")
        return instancia

    def chave_vale(self, instancia: Instancia, chave: str | None) -> bool:
        if not chave:
            return False
        return not self.opcoes.estrito or chave in (self.opcoes.chave_global, instancia.token)

    def criar(self, *, nome: str, token: str, estado: str) -> Instancia:
        with self.trava:
            instancia = Instancia(nome, token, estado, ja_conectou=estado == "open")
            self.instancias[nome] = instancia
            self._anotar_instancia(instancia)
            return instancia

    def conectar(self, instancia: Instancia, estado: str) -> None:
        with self.trava:
            instancia.estado = estado
            instancia.ja_conectou = instancia.ja_conectou or estado == "open"
            self._anotar_instancia(instancia)

    def apagar_instancia(self, nome: str) -> None:
        with self.trava:
            self.instancias.pop(nome, None)
            self._registro.anotar({"fato": "apagada", "nome": nome})

    def guardar_webhook(self, instancia: Instancia, linha: dict[str, Any]) -> None:
        with self.trava:
            instancia.webhook = linha
            self._anotar_instancia(instancia)

    def estado_de(self, instancia: Instancia) -> str:
        """What connectionState says: the fault ``desconectada`` closes the instance while it lasts."""
        if self.modos.vigente(instancia.nome).nome == "desconectada":
            return "close"
        return instancia.estado

    # -- messages ----------------------------------------------------------------------------------------

    def tem_whatsapp(self, jid: str) -> bool:
        numero = jid.partition("@")[0]
        if not numero or numero in self.opcoes.sem_whatsapp:
            return False
        finais = self.opcoes.finais_sem_whatsapp
        return not (finais and numero.endswith(finais))

    def enviar(self, instancia: Instancia, *, numero: str, texto: str, registrar: bool = True) -> Mensagem:
        """The message leaves: journal, ``enviadas`` and, unless the row is lost, the stored messages."""
        mensagem = Mensagem(
            id=formas.id_de_mensagem(),
            id_banco=formas.id_de_banco(),
            jid=jid_do_numero(numero),
            numero=so_digitos(numero.partition("@")[0]),
            texto=texto,
            em=time.time(),
            relata=self.opcoes.eventos and self.opcoes.entregas,
        )
        with self.trava:
            self._registro.anotar(_fato_da_mensagem("enviada", instancia.nome, mensagem, registrar))
            self._somar(instancia, mensagem, registrar)
        return mensagem

    def receber(self, instancia: Instancia, mensagem: Mensagem) -> None:
        """A message from the customer, or typed on the company's own phone."""
        with self.trava:
            self._registro.anotar(_fato_da_mensagem("recebida", instancia.nome, mensagem, True))
            instancia.guardar(mensagem)

    def estados(self, mensagem: Mensagem) -> list[str]:
        """The delivery states reported so far: they follow from the message's age, so restarts keep them."""
        if not (mensagem.por_api and mensagem.relata):
            return []
        idade = time.time() - mensagem.em
        return [estado for estado, atraso in self.entregas_de(mensagem) if idade >= atraso]

    def entregas_de(self, mensagem: Mensagem) -> list[tuple[str, float]]:
        """What WhatsApp will report of a message, with the delay of each report."""
        opcoes = self.opcoes
        if mensagem.jid.partition("@")[0] in opcoes.com_erro_no_ack:
            return [("ERROR", opcoes.atraso_entrega_s)]
        entregas = [("DELIVERY_ACK", opcoes.atraso_entrega_s)]
        if opcoes.leitura:
            entregas.append(("READ", opcoes.atraso_leitura_s))
        return entregas

    def limpar(self, *, instancias: bool = False) -> None:
        """Forgets every message, journal included, and goes back to ok; instances only if told."""
        with self.trava:
            self._registro.apagar()
            self.enviadas.clear()
            self.em_cache.clear()
            self.modos = Modos()
            if instancias:
                self.instancias.clear()
            for instancia in self.instancias.values():
                instancia.esquecer()
                self._anotar_instancia(instancia)

    def fechar(self) -> None:
        self.parar.set()
        with self.trava:
            self._registro.fechar()

    # -- journal -----------------------------------------------------------------------------------------

    def _somar(self, instancia: Instancia, mensagem: Mensagem, registrar: bool) -> None:
        self.enviadas.append(
            {
                "instancia": instancia.nome,
                "numero": mensagem.numero,
                "texto": mensagem.texto,
                "id": mensagem.id,
                "em": formas.instante(mensagem.em),
            }
        )
        self.em_cache.add(mensagem.jid)
        if registrar:
            instancia.guardar(mensagem)

    def _anotar_instancia(self, instancia: Instancia) -> None:
        campos = ("nome", "token", "estado", "id", "id_banco", "criada_em", "ja_conectou", "webhook")
        self._registro.anotar({"fato": "instancia"} | {c: getattr(instancia, c) for c in campos})

    def _refazer(self, fato: dict[str, Any]) -> None:
        tipo = fato.pop("fato", None)
        if tipo == "instancia":
            atual = self.instancias.get(fato["nome"])
            if atual is None:
                self.instancias[fato["nome"]] = Instancia(**fato)
            else:
                for campo, valor in fato.items():
                    setattr(atual, campo, valor)
        elif tipo == "apagada":
            self.instancias.pop(fato["nome"], None)
        elif tipo in ("enviada", "recebida"):
            self._refazer_mensagem(tipo, fato)

    def _refazer_mensagem(self, tipo: str, fato: dict[str, Any]) -> None:
        nome, registrada = fato.pop("instancia"), fato.pop("registrada")
        instancia = self.instancias.get(nome) or Instancia(nome, "", "open")
        mensagem = Mensagem(**fato)
        if tipo == "enviada":
            self._somar(instancia, mensagem, registrada)
        else:
            instancia.guardar(mensagem)


def _fato_da_mensagem(tipo: str, instancia: str, mensagem: Mensagem, registrada: bool) -> dict[str, Any]:
    campos = Mensagem.__slots__
    dados = {campo: getattr(mensagem, campo) for campo in campos}
    return {"fato": tipo, "instancia": instancia, "registrada": registrada} | dados
