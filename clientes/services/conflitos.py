"""A code that was already there: said in the log and counted, as the office's monitoring expects."""

import logging

from clientes.errors import CodigoEmConflito
from clientes.services import metricas
from nucleo.models import Empresa

logger = logging.getLogger(__name__)

TENTATIVAS = 5


def conflito_registrar(*, tentativa: int, empresa: Empresa) -> None:
    """Log and count one taken code. Normal where another system writes codes as well."""
    logger.warning("Conflito de código detectado na tentativa %d", tentativa, extra={"empresa": empresa.slug})
    metricas.CONFLITOS.labels(tentativa=str(tentativa)).inc()


def falha_registrar(*, empresa: Empresa) -> CodigoEmConflito:
    """Log and count that all attempts are spent; return the error to raise."""
    logger.error("Falha persistente ao salvar cliente", extra={"empresa": empresa.slug})
    metricas.FALHAS_PERSISTENTES.inc()
    return CodigoEmConflito(TENTATIVAS)
