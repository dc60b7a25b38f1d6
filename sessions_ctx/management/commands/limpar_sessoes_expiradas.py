from typing import Any

from nucleo.management.base import Comando
from sessions_ctx.services import cleanup_expired_sessions
from sessions_ctx.services.acesso import tentativas_limpar


class Command(Comando):
    help = "Encerra os contextos de sessão expirados e apaga os antigos, as sessões e contagens vencidas."
    relata = True

    def executar(self, *, como_json: bool, **_: Any) -> None:
        dados = cleanup_expired_sessions() | {"tentativas": tentativas_limpar()}
        texto = f"{dados['expiradas']} sessões expiradas encerradas, {dados['apagadas']} antigas apagadas."
        self.relatar(dados, texto, como_json=como_json)
