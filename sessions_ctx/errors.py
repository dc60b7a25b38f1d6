from datetime import datetime
from typing import Any

from django.utils import timezone

from nucleo.errors import Conflito, ErroDeNegocio, NaoEncontrado, NaoPermitido


class PerfilNaoDisponivel(NaoEncontrado):
    """The person does not hold this perfil (or no longer, or its empresa is switched off).

    The same answer for all of them, and for an id that does not exist: nothing leaks.
    """

    def __init__(self) -> None:
        super().__init__(
            "perfil_nao_disponivel", "Este perfil não está disponível para você.", field="perfil"
        )


class SemContexto(NaoEncontrado):
    """The session has no active perfil."""

    def __init__(self) -> None:
        super().__init__("sem_contexto", "Nenhum perfil ativo nesta sessão: escolha um perfil.")


class ContextoMudou(Conflito):
    """The session switched since the caller looked: somebody else (or another tab) was first."""

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(
            "contexto_mudou",
            detail or "O perfil ativo desta sessão mudou enquanto isso; confira e repita.",
            **extra,
        )


class LoginRecusado(NaoPermitido):
    """Wrong login or password, or nobody who may come in; never says which."""

    def __init__(self, detail: str = "Login ou senha incorretos.", code: str = "login_recusado") -> None:
        super().__init__(code, detail)


class LoginBloqueado(ErroDeNegocio):
    """Too many wrong passwords for this login or from this address."""

    def __init__(self, ate: datetime) -> None:
        self.espera_s = max(1, round((ate - timezone.now()).total_seconds()))
        minutos = max(1, round(self.espera_s / 60))
        super().__init__(
            "login_bloqueado",
            f"Muitas tentativas de entrada. Tente de novo em {minutos} minuto{'s' if minutos > 1 else ''}.",
            espera_s=self.espera_s,
        )
