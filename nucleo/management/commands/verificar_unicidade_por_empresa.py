from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from nucleo.escopo import escopo
from nucleo.management.base import Comando, empresas_escolhidas
from nucleo.series import provedores


class Command(Comando):
    help = "Procura números repetidos, lacunas no que numeramos e contadores atrás dos dados."
    relata = True
    por_empresa = False

    def executar(self, *, empresa: str | None, como_json: bool, **_: Any) -> None:
        achados: list[dict[str, Any]] = []
        quantas = series = 0
        for uma in empresas_escolhidas(empresa):
            quantas += 1
            with escopo(uma):
                for provedor in provedores():
                    series += len(provedor.situacao(uma))
                    achados += [{"empresa": uma.slug, **asdict(i)} for i in provedor.verificar(uma)]
        dados = {"empresas": quantas, "series": series, "irregularidades": achados}
        linhas = [f"{a['empresa']} {a['serie']}: {a['tipo']}: {a['detalhe']}" for a in achados]
        linhas.append(f"{quantas} empresas, {series} séries, {len(achados)} irregularidades.")
        self.relatar(dados, "\n".join(linhas), como_json=como_json)
        if achados:
            raise CommandError(f"{len(achados)} irregularidades encontradas.")
