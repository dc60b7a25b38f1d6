from typing import Any

from cobranca.selectors.saude import PULSO_DA_RODADA, situacao
from nucleo.escopo import escopo
from nucleo.management.base import Comando, empresas_escolhidas
from nucleo.models import Pulso


class Command(Comando):
    help = "Mostra filas, tentativas, instâncias e a última rodada da cobrança."
    relata = True
    por_empresa = False

    def executar(self, *, empresa: str | None, como_json: bool, **_: Any) -> None:
        empresas = []
        for alvo in empresas_escolhidas(empresa):
            with escopo(alvo):
                empresas.append(situacao(empresa=alvo))
        pulso = Pulso.objects.filter(pk=PULSO_DA_RODADA).first()
        dados = {"ultima_rodada": pulso.em if pulso else None, "empresas": empresas}
        self.relatar(dados, _texto(dados), como_json=como_json)


def _texto(dados: dict[str, Any]) -> str:
    ultima = dados["ultima_rodada"]
    linhas = [f"Última rodada: {ultima:%d/%m/%Y %H:%M:%S} UTC" if ultima else "Última rodada: nunca"]
    for empresa in dados["empresas"]:
        contas = ", ".join(f"{status} {n}" for status, n in empresa["mensagens"].items() if n)
        linhas.append(
            f"{empresa['empresa']}: {contas or 'sem mensagens'}; devidas agora {empresa['devidas']}"
        )
        linhas += [
            f"  {i['nome']}: {'sadia' if i['sadia'] else 'sem condições'} {i['motivo']}".rstrip()
            for i in empresa["instancias"]
        ]
    return "\n".join(linhas)
