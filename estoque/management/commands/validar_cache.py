from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from estoque.services.cache import cache_validar
from nucleo.escopo import escopo
from nucleo.management.base import Comando, empresas_escolhidas


def _positivo(texto: str) -> int:
    if not texto.isdigit() or int(texto) < 1:
        raise ArgumentTypeError("informe um número inteiro a partir de 1")
    return int(texto)


class Command(Comando):
    help = "Compara o cache do estoque com o recálculo; com --corrigir, conserta e abre alerta."
    por_empresa = False
    relata = True

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("--amostra", type=_positivo, metavar="N", help="só N produtos, ao acaso")
        parser.add_argument("--corrigir", action="store_true", help="reconstrói os produtos que divergem")

    def executar(
        self, *, empresa: str | None, amostra: int | None, corrigir: bool, como_json: bool, **_: Any
    ) -> None:
        resultados = []
        for alvo in empresas_escolhidas(empresa):
            with escopo(alvo):
                feito = cache_validar(empresa=alvo, amostra=amostra, corrigir=corrigir)
            resultados.append(feito | {"divergencias": [asdict(d) for d in feito["divergencias"]]})
        self.relatar(resultados, "\n".join(_texto(r) for r in resultados), como_json=como_json)
        errados = sum(r["total"] - r["corretos"] for r in resultados)
        if errados and not corrigir:
            raise CommandError(f"{errados} produto(s) divergem; rode de novo com --corrigir.")


def _texto(r: dict[str, Any]) -> str:
    linhas = [f"{r['empresa']}: {r['corretos']} de {r['total']} produtos certos ({r['taxa_precisao']} %)."]
    linhas += [
        f"  {d['cod_produto']} {d['campo']} {d['dia'] or ''}: cache {d['cache']}, certo {d['certo']}"
        for d in r["divergencias"][:50]
    ]
    if r["corrigidos"]:
        linhas.append(f"  {r['corrigidos']} produto(s) corrigido(s).")
    return "\n".join(linhas)
