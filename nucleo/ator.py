"""Who is acting, as services are told: a person, an API key or a command."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ator:
    """Named in history and audit. `usuario_id` only for a person.

    `permissoes` are those of the perfil a person acts as, where a service must not let them reach further
    (`nucleo.services.alcance`); None does not limit: a command is the operator's.
    """

    nome: str
    usuario_id: int | None = None
    endereco: str | None = None
    navegador: str = ""
    permissoes: frozenset[str] | None = None


SISTEMA = Ator("sistema")
