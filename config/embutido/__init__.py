"""The servers of the zero-set-up default: a real PostgreSQL and a real Redis as ordinary processes.

`garantir()` is called before Django's settings load. What `DATABASE_URL` / `REDIS_URL` name is left alone.
Otherwise it starts the missing server, or attaches to the one that other processes of the same DADOS_DIR use,
and puts its address into the environment. The last process out stops what it leaves behind.
"""

from config.embutido.erros import ErroDeInicio
from config.embutido.uso import Servidores, enderecar, garantir, monitorar

__all__ = ["ErroDeInicio", "Servidores", "enderecar", "garantir", "monitorar"]
