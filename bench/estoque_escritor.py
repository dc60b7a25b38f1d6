"""A writer process: `python -m bench.estoque_escritor EMPRESA_ID PRODUTO_ID N`; a line on stdin starts it."""

import os
import sys
import time


def main(empresa_id: int, produto_id: int, n: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    import django

    django.setup()
    from estoque.models import MovimentacaoEstoque
    from nucleo.datas import hoje
    from nucleo.escopo import escopo
    from nucleo.models import Empresa

    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        linha = {
            "empresa": empresa,
            "produto_id": produto_id,
            "tipo": "entrada",
            "quantidade": 1,
            "data": hoje(empresa.fuso),
        }
        print("pronto", flush=True)
        sys.stdin.readline()
        inicio = time.perf_counter()
        for _ in range(n):
            MovimentacaoEstoque.objects.bulk_create([MovimentacaoEstoque(**linha)])
        print(time.perf_counter() - inicio, flush=True)


if __name__ == "__main__":
    main(*(int(argumento) for argumento in sys.argv[1:4]))
