"""One creator of quotes: `python -m bench.orcamentos_filho` (see `bench.filho`)."""

import time
from datetime import date
from decimal import Decimal
from typing import Any

from bench.filho import ao_sinal, correr


def usar_django_sequences() -> None:
    """The same service, numbered by the library."""
    from sequences import get_next_value

    from orcamentos.services import criacao

    def reservar(_modelo: Any, *, campo: str, empresa: Any, ano: int) -> int:
        # A number of its own series, far above ours: both arms insert into one table.
        return 500_000_000 + get_next_value(f"budget_number:{empresa.pk}:{ano}")

    criacao.reservar = reservar


SQL = """
WITH n AS (
    UPDATE budget_sequencias SET ultimo_numero = ultimo_numero + 1
    WHERE empresa_id = %(empresa)s AND ano = %(ano)s RETURNING ultimo_numero
), o AS (
    INSERT INTO detailed_budgets (empresa_id, budget_number, ano, numero, revisao, cliente_id, status, versao,
        data, validade, condicoes_pagamento, observacoes, referencia_cliente, total, importado, criado_em,
        atualizado_em)
    SELECT %(empresa)s,
        'ORC-' || %(ano)s || '-' || lpad(ultimo_numero::text, greatest(4, length(ultimo_numero::text)), '0'),
        %(ano)s, ultimo_numero, 1, %(cliente)s, 'rascunho', 1, %(data)s, %(data)s, '', '', '', 0, false,
        now(), now() FROM n RETURNING id
)
INSERT INTO detailed_budget_items (empresa_id, orcamento_id, posicao, descricao, quantidade, preco_unitario,
    desconto) SELECT %(empresa)s, id, 1, 'Bench', 2, 10, 0 FROM o
"""


def criar(pedido: dict[str, Any]) -> float:
    from django.db import connection

    from clientes.models import Cliente
    from nucleo.ator import Ator
    from nucleo.escopo import escopo
    from nucleo.models import Empresa
    from orcamentos.services import DadosDoItem, orcamento_criar

    ator, datas = Ator("bench"), [date.fromisoformat(texto) for texto in pedido["datas"]]
    item = DadosDoItem(quantidade=Decimal(2), preco_unitario=Decimal(10), descricao="Bench")
    with escopo(pedido["empresa_id"]):
        empresa, cliente = Empresa.objects.get(pk=pedido["empresa_id"]), Cliente.objects.first()
        ao_sinal()
        inicio = time.perf_counter()
        for vez in range(pedido["vezes"]):
            data = datas[vez % len(datas)]
            if pedido["arma"] == "sql":
                valores = {"empresa": empresa.pk, "ano": data.year, "cliente": cliente.pk, "data": data}
                with connection.cursor() as cursor:
                    cursor.execute(SQL, valores)
            else:
                orcamento_criar(empresa=empresa, ator=ator, cliente=cliente, itens=[item], data=data)
        return time.perf_counter() - inicio


if __name__ == "__main__":
    correr(criar, usar_django_sequences)
