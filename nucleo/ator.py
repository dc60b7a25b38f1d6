"""Who is acting, as services are told: a person, an API key or a command."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ator:
    """Named in history and audit. `usuario_id` only for a person."""

    nome: str
    usuario_id: int | None = None
    endereco: str | None = None
    navegador: str = ""


SISTEMA = Ator("sistema")
