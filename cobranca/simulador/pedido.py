"""A request as the routes see it, and the ways to answer it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cobranca.simulador import formas

JSON = "application/json; charset=utf-8"


class Queda(Exception):
    """The connection ends without an answer; ``brusca`` resets it."""

    def __init__(self, *, brusca: bool = False) -> None:
        super().__init__("queda")
        self.brusca = brusca


class CorpoInvalido(ValueError):
    """The body is not JSON; carries the parser's text, as the real server answers it."""


@dataclass
class Pedido:
    metodo: str
    alvo: str
    cabecalhos: dict[str, str] = field(default_factory=dict)
    corpo: bytes = b""

    @cached_property
    def caminho(self) -> list[str]:
        return [unquote(parte) for parte in urlsplit(self.alvo).path.strip("/").split("/")]

    @cached_property
    def consulta(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.alvo).query, keep_blank_values=True))

    @property
    def chave(self) -> str | None:
        return self.cabecalhos.get("apikey")

    @cached_property
    def dados(self) -> dict[str, Any]:
        if not self.corpo.strip():
            return {}
        try:
            dados = json.loads(self.corpo)
        except (ValueError, RecursionError) as erro:
            raise CorpoInvalido(_texto_do_analisador(erro, self.corpo)) from erro
        return dados if isinstance(dados, dict) else {}


def _texto_do_analisador(erro: Exception, corpo: bytes) -> str:
    if isinstance(erro, json.JSONDecodeError):
        if erro.msg.startswith("Unterminated string"):
            return f"Unterminated string in JSON at position {len(corpo)}"
        return f"Unexpected token in JSON at position {erro.pos}"
    return "Unexpected token in JSON at position 0"


@dataclass(slots=True)
class Resposta:
    status: int
    corpo: bytes
    tipo: str = JSON
    fecha: bool = False
    express: bool = True

    def em_bytes(self) -> bytes:
        """The answer on the wire. The weak ETag is the one Express computes: length and SHA-1 of the body."""
        frase = formas.FRASES.get(self.status, "Error")
        linhas = [f"HTTP/1.1 {self.status} {frase}"]
        if self.express:
            resumo = base64.b64encode(hashlib.sha1(self.corpo, usedforsecurity=False).digest()).decode()[:27]
            linhas += ["X-Powered-By: Express", "Vary: Origin, Accept-Encoding"]
            linhas += [f"Content-Type: {self.tipo}", f'ETag: W/"{len(self.corpo):x}-{resumo}"']
        else:
            linhas += ["Server: nginx", f"Content-Type: {self.tipo}"]
        linhas.append(f"Content-Length: {len(self.corpo)}")
        linhas.append(
            "Connection: close" if self.fecha else "Connection: keep-alive\r\nKeep-Alive: timeout=5"
        )
        return "\r\n".join(linhas).encode() + b"\r\n\r\n" + self.corpo


def responder(status: int, dados: Any) -> Resposta:
    return Resposta(status, formas.em_json(dados))


def recusar(status: int, mensagem: Any) -> Resposta:
    return responder(status, formas.erro(status, mensagem))


def do_proxy(status: int) -> Resposta:
    """What a reverse proxy in front of the server answers: no envelope, so nobody knows what happened."""
    titulo = f"{status} {formas.FRASES[status]}"
    corpo = f"<html><head><title>{titulo}</title></head><body><h1>{titulo}</h1></body></html>\r\n"
    return Resposta(status, corpo.encode(), tipo="text/html", express=False)
