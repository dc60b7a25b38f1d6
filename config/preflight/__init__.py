"""What is checked before anything is made: each failure is one sentence with its cause and the way out."""

from config.preflight.maquina import conferir_maquina
from config.preflight.servidores import conferir_postgres, conferir_servidores

__all__ = ["conferir_maquina", "conferir_postgres", "conferir_servidores"]
