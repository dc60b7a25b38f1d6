from typing import Any

from estoque.services.cache import cache_reconstruir
from nucleo.escopo import escopo
from nucleo.management.base import Comando, empresas_escolhidas


class Command(Comando):
    help = "Reconstrói os saldos e a projeção a partir das movimentações e dos planos."
    por_empresa = False
    relata = True

    def executar(self, *, empresa: str | None, como_json: bool, **_: Any) -> None:
        feitos = []
        for alvo in empresas_escolhidas(empresa):
            with escopo(alvo):
                feitos.append({"empresa": alvo.slug, "produtos": cache_reconstruir(empresa=alvo)})
        texto = "\n".join(f"{f['empresa']}: {f['produtos']} produtos reconstruídos." for f in feitos)
        self.relatar(feitos, texto or "Nenhuma empresa ativa.", como_json=como_json)
