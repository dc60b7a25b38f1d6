from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from cobranca.services.recuperacao import mensagens_recuperar
from cobranca.services.relogio import MOTIVO, relogio_confere
from nucleo.escopo import escopo
from nucleo.management.base import Comando, empresas_escolhidas


class Command(Comando):
    help = "Confere no gateway as mensagens presas ou incertas e as faz seguir."
    relata = True
    por_empresa = False

    def executar(self, *, empresa: str | None, como_json: bool, **_: Any) -> None:
        if not relogio_confere():
            raise CommandError(f"Nada foi conferido: {MOTIVO}.")
        feitas = []
        for alvo in empresas_escolhidas(empresa):
            with escopo(alvo):
                feitas.append({"empresa": alvo.slug, **asdict(mensagens_recuperar(empresa=alvo))})
        texto = "\n".join(
            f"{f['empresa']}: {f['achadas']} tinham saído, {f['devolvidas']} voltaram à fila, "
            f"{f['seguras']} aguardam decisão, {f['sem_resposta']} sem resposta do gateway"
            for f in feitas
        )
        self.relatar(feitas, texto, como_json=como_json)
