from dataclasses import asdict
from typing import Any

from nucleo.escopo import escopo
from nucleo.management.base import Comando, empresas_escolhidas
from nucleo.series import provedores


class Command(Comando):
    help = "Mostra próximo, último e quantidade de cada série de cada empresa, sem consumir números."
    relata = True
    por_empresa = False

    def executar(self, *, empresa: str | None, como_json: bool, **_: Any) -> None:
        dados: list[dict[str, Any]] = []
        for uma in empresas_escolhidas(empresa):
            with escopo(uma):
                series = [serie for provedor in provedores() for serie in provedor.situacao(uma)]
            dados += [{"empresa": uma.slug, **asdict(serie)} for serie in series]
        self.relatar(
            dados, "\n".join(_linha(d) for d in dados) or "Nenhuma série ainda.", como_json=como_json
        )


def _linha(d: dict[str, Any]) -> str:
    return (
        f"{d['empresa']:<20} {d['serie']:<16} próximo {d['proximo']:<16} último {d['ultimo'] or '-':<16}"
        f" quantidade {d['quantidade']:>8}  {d['descricao']}"
    )
