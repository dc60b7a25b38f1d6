from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from estoque.models import Produto
from estoque.services.cache import produto_atualizar, saldo_como_dict
from nucleo.escopo import escopo
from nucleo.management.base import Comando, empresas_escolhidas


class Command(Comando):
    help = "Reconstrói o cache de um produto e mostra seu saldo."
    por_empresa = False
    relata = True

    def argumentos(self, parser: ArgumentParser) -> None:
        parser.add_argument("codigo", metavar="COD")

    def executar(self, *, codigo: str, empresa: str | None, como_json: bool, **_: Any) -> None:
        feitos = []
        for alvo in empresas_escolhidas(empresa):
            with escopo(alvo):
                if Produto.objects.filter(empresa=alvo, cod_produto=codigo).exists():
                    saldo = saldo_como_dict(produto_atualizar(empresa=alvo, codigo=codigo))
                    feitos.append({"empresa": alvo.slug, **saldo})
        if not feitos:
            raise CommandError(f"COD: o produto {codigo} não existe.")
        texto = "\n".join(
            f"{f['empresa']} {f['cod_produto']}: saldo {f['saldo_atual']}, disponível {f['disponivel']}, "
            f"ruptura {f['data_ruptura'] or 'não prevista'}"
            for f in feitos
        )
        self.relatar(feitos, texto, como_json=como_json)
