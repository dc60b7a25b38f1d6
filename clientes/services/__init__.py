"""All writes to customers, their codes and the municipalities."""

from clientes.services.cadastro import cliente_atualizar, cliente_criar, duplicados_conferir
from clientes.services.codigos import codigos_reservar, gerar_codigo_cliente
from clientes.services.lote import clientes_conferir_bloco, clientes_criar_bloco
from clientes.services.municipios import municipios_carregar

__all__ = [
    "cliente_atualizar",
    "cliente_criar",
    "clientes_conferir_bloco",
    "clientes_criar_bloco",
    "codigos_reservar",
    "duplicados_conferir",
    "gerar_codigo_cliente",
    "municipios_carregar",
]
