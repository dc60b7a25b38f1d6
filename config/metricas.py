"""/metrics: what the web processes counted, and what the database knows of the business."""

import os

import prometheus_client
from django.http import HttpRequest, HttpResponse
from prometheus_client import multiprocess

from cobranca.selectors.metricas import MetricasDaCobranca

# Collectors that read the database; apart, because the multi-process registry would not call them.
_DO_BANCO = prometheus_client.CollectorRegistry()
_DO_BANCO.register(MetricasDaCobranca())


def exportar(request: HttpRequest) -> HttpResponse:
    """Both registries as one page."""
    processos = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        processos = prometheus_client.CollectorRegistry()
        multiprocess.MultiProcessCollector(processos)
    pagina = prometheus_client.generate_latest(processos) + prometheus_client.generate_latest(_DO_BANCO)
    return HttpResponse(pagina, content_type=prometheus_client.CONTENT_TYPE_LATEST)
