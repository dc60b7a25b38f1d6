from dataclasses import asdict
from typing import Any

from estoque.selectors.validacao import estado_do_cache, travas_do_cache
from nucleo.escopo import escopo
from nucleo.management.base import Comando, empresas_escolhidas


class Command(Comando):
    help = "Mostra o estado do cache de estoque: pendentes, o mais antigo, travas."
    por_empresa = False
    relata = True

    def executar(self, *, empresa: str | None, como_json: bool, **_: Any) -> None:
        estados = []
        for alvo in empresas_escolhidas(empresa):
            with escopo(alvo):
                estados.append(asdict(estado_do_cache(empresa=alvo)))
        travas = travas_do_cache()
        linhas = [
            f"{e['empresa']}: {e['produtos']} produtos, {e['pendentes']} deltas pendentes em "
            f"{e['produtos_pendentes']} produtos, mais antigo {e['pendente_mais_antigo'] or '-'}, "
            f"última atualização {e['ultima_atualizacao'] or '-'}"
            + (
                f"; DESLIGADO desde {e['desligado_desde']} por {e['desligado_por']}"
                if e["desligado_desde"]
                else ""
            )
            for e in estados
        ]
        linhas += [
            f"trava de {t['tipo']} da empresa {t['empresa_id']}: processo {t['pid']}, {t['modo']}, "
            + ("concedida" if t["concedida"] else "esperando")
            for t in travas
        ]
        self.relatar(
            {"empresas": estados, "travas": travas}, "\n".join(linhas) or "Sem dados.", como_json=como_json
        )
