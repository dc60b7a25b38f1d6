"""The faults: which one is in force, for which instance, and for which share of the requests."""

from __future__ import annotations

import random
import threading
from dataclasses import asdict, dataclass, replace
from typing import Any

NOMES = (
    "ok",
    "offline",
    "lento",
    "erro_antes",
    "erro_depois",
    "erro_depois_sem_registro",
    "desconectada",
)
ERROS_ANTES = ("consulta", "ritmo", "banco", "fechada", "expirou", "proxy", "queda")
LIMITE_SEGUNDOS = 600.0


class ModoInvalido(ValueError):
    """A mode the simulator does not know; the text goes to the caller as it is."""


@dataclass(frozen=True, slots=True)
class Modo:
    nome: str = "ok"
    segundos: float = 0.0  # lento: how long a send is held before it leaves
    fracao: float = 1.0  # share of the requests the fault hits
    queda: bool | None = None  # erro_depois*: True drops the connection, False answers, None takes turns
    erro: str | None = None  # erro_antes: which of ERROS_ANTES
    vezes: int | None = None  # so many requests, then ok again
    rotas: str = "envio"  # lento: "envio" or "todas"

    def como_dict(self) -> dict[str, Any]:
        dados = asdict(self)
        dados["modo"] = dados.pop("nome")
        return {chave: valor for chave, valor in dados.items() if valor is not None}


OK = Modo()


def ler_modo(corpo: dict[str, Any]) -> Modo:
    """The mode a control request asks for; raises ModoInvalido naming the field."""
    nome = corpo.get("modo")
    if nome not in NOMES:
        raise ModoInvalido(f"modo desconhecido: use um de {', '.join(NOMES)}")
    erro = corpo.get("erro")
    if erro is not None and erro not in ERROS_ANTES:
        raise ModoInvalido(f"erro desconhecido: use um de {', '.join(ERROS_ANTES)}")
    queda = corpo.get("queda")
    if queda is not None and not isinstance(queda, bool):
        raise ModoInvalido("queda: use true ou false")
    rotas = corpo.get("rotas", "envio")
    if rotas not in ("envio", "todas"):
        raise ModoInvalido("rotas: use envio ou todas")
    vezes = corpo.get("vezes")
    if vezes is not None and (isinstance(vezes, bool) or not isinstance(vezes, int) or vezes < 1):
        raise ModoInvalido("vezes: use um inteiro maior que zero")
    padrao = 5.0 if nome == "lento" else 0.0
    segundos = _numero(corpo, "segundos", padrao, LIMITE_SEGUNDOS)
    return Modo(nome, segundos, _numero(corpo, "fracao", 1.0, 1.0), queda, erro, vezes, rotas)


def _numero(corpo: dict[str, Any], campo: str, padrao: float, maximo: float) -> float:
    valor = corpo.get(campo, padrao)
    if isinstance(valor, bool) or not isinstance(valor, int | float) or not 0 <= valor <= maximo:
        raise ModoInvalido(f"{campo}: use um número de 0 a {maximo:g}")
    return float(valor)


class Modos:
    """The mode of everything, with exceptions per instance; setting the general one ends the exceptions."""

    def __init__(self) -> None:
        self._trava = threading.Lock()
        self._geral = OK
        self._por_instancia: dict[str, Modo] = {}
        self._vez_de_cair = False
        self._sorte = random.Random()  # noqa: S311 - chooses which request fails, guards nothing

    def definir(self, modo: Modo, *, instancia: str | None = None, semente: int | None = None) -> None:
        with self._trava:
            if instancia is None:
                self._geral, self._por_instancia = modo, {}
            else:
                self._por_instancia[instancia] = modo
            self._vez_de_cair = False
            if semente is not None:
                self._sorte.seed(semente)

    def vigente(self, instancia: str | None) -> Modo:
        """The mode in force, without using up one of its ``vezes``."""
        if instancia is None:
            return self._geral
        return self._por_instancia.get(instancia, self._geral)

    def sortear(self, instancia: str | None) -> Modo:
        """The mode this one request meets: the fault in force, or OK for the share it spares."""
        if self._geral is OK and not self._por_instancia:
            return OK
        with self._trava:
            modo = self.vigente(instancia)
            if modo.nome == "ok" or (modo.fracao < 1 and self._sorte.random() >= modo.fracao):
                return OK
            self._gastar(modo, instancia)
            return modo

    def _gastar(self, modo: Modo, instancia: str | None) -> None:
        if modo.vezes is None:
            return
        resto = replace(modo, vezes=modo.vezes - 1) if modo.vezes > 1 else OK
        if instancia is not None and instancia in self._por_instancia:
            self._por_instancia[instancia] = resto
        else:
            self._geral = resto

    def cai_agora(self, modo: Modo) -> bool:
        """Whether a fault after the send drops the connection: as told, or by turns."""
        if modo.queda is not None:
            return modo.queda
        with self._trava:
            self._vez_de_cair = not self._vez_de_cair
            return self._vez_de_cair

    def como_dict(self) -> dict[str, Any]:
        with self._trava:
            instancias = {nome: modo.como_dict() for nome, modo in self._por_instancia.items()}
            return {**self._geral.como_dict(), "instancias": instancias}
