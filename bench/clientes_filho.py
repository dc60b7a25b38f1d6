"""One creator of customers: `python -m bench.clientes_filho` (see `bench.filho`)."""

import time
from typing import Any

from bench.filho import ao_sinal, correr


def usar_django_sequences() -> None:
    """The same service, numbered by the library; the XXXX, which it has no idea of, comes for free."""
    from sequences import get_next_value

    from clientes.models.codigo import codigo_escrito
    from clientes.services import cadastro

    def gerar(*, empresa: Any, municipio: Any) -> str:
        numero = get_next_value(f"codigo_cliente:{empresa.pk}:{municipio.pk}")
        return codigo_escrito(1 + municipio.pk % 9000, numero)

    cadastro.gerar_codigo_cliente = gerar


SQL = """
WITH n AS (UPDATE codigo_sequencias SET ultima_sequencia = ultima_sequencia + 1
           WHERE empresa_id = %(empresa)s AND municipio_id = %(municipio)s
           RETURNING numero_municipio, ultima_sequencia)
INSERT INTO clientes_cliente (empresa_id, codigo_cliente, tipo_pessoa, nome, nome_fantasia, cpf_cnpj,
    inscricao_estadual, telefone, telefone_secundario, whatsapp, email, email_financeiro, municipio_id, cep,
    logradouro, numero, complemento, bairro, endereco_entrega, observacoes, ativo, chave_nome, criado_em,
    atualizado_em)
SELECT %(empresa)s, lpad(numero_municipio::text, 4, '0') || '-' || lpad(ultima_sequencia::text, 4, '0'),
    'fisica', %(nome)s, '', '', '', '', '', '', '', '', %(municipio)s, '', '', '', '', '', '', '', true,
    %(nome)s, now(), now() FROM n
"""


def criar(pedido: dict[str, Any]) -> float:
    from django.db import connection

    from clientes.selectors import indice_de_municipios
    from clientes.services import cliente_criar
    from nucleo.ator import Ator
    from nucleo.escopo import escopo
    from nucleo.models import Empresa

    ator, municipios, vezes = Ator("bench"), pedido["municipios"], pedido["vezes"]
    with escopo(pedido["empresa_id"]):
        empresa = Empresa.objects.get(pk=pedido["empresa_id"])
        indice_de_municipios()  # each process reads it once
        ao_sinal()
        inicio = time.perf_counter()
        for vez in range(vezes):
            nome = f"{pedido['arma']} {pedido['rodada']} {pedido['numero']} {vez}"
            ibge = municipios[vez % len(municipios)]
            if pedido["arma"] == "sql":
                with connection.cursor() as cursor:
                    cursor.execute(SQL, {"empresa": empresa.pk, "municipio": ibge, "nome": nome})
            else:
                cliente_criar(empresa=empresa, ator=ator, nome=nome, municipio_ibge=ibge)
        return time.perf_counter() - inicio


if __name__ == "__main__":
    correr(criar, usar_django_sequences)
