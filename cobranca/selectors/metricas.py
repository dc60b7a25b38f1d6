"""What Prometheus is told of billing: counts per empresa from one function of the database."""

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, connection
from prometheus_client.core import GaugeMetricFamily, Metric

from cobranca.selectors.saude import PULSO_DA_RODADA
from nucleo.models import Pulso

_AJUDA = {
    "mensagens": ("status", "Mensagens que esperam, estao em envio ou aguardam decisao"),
    "tentativas_1h": ("resultado", "Tentativas da ultima hora por resultado"),
    "ciclos_criados_1h": ("", "Ciclos criados na ultima hora"),
    "duplicados_1h": ("", "Ciclos duplicados recusados na ultima hora"),
    "atraso_s": ("", "Atraso da mensagem devida mais antiga, em segundos"),
    "presa_s": ("", "Idade da mensagem em envio mais antiga, em segundos"),
    "instancia_sadia": ("instancia", "1: a instancia pode enviar"),
    "instancia_fora_s": ("instancia", "Ha quantos segundos a instancia esta sem condicoes"),
}


class MetricasDaCobranca:
    """A collector: read at each scrape, by any web process, without an empresa's scope."""

    def describe(self) -> list[Metric]:
        """Return nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every gauge; without a database there is simply nothing to tell."""
        try:
            linhas = _linhas()
            pulso = Pulso.objects.filter(pk=PULSO_DA_RODADA).values_list("em", flat=True).first()
        except (DatabaseError, InterfaceError):
            return
        familias: dict[str, GaugeMetricFamily] = {}
        for nome, (rotulo, ajuda) in _AJUDA.items():
            rotulos = ["empresa", rotulo] if rotulo else ["empresa"]
            familias[nome] = GaugeMetricFamily(f"cobranca_{nome}", ajuda, labels=rotulos)
        for empresa, metrica, rotulo, valor in linhas:
            valores = [empresa, rotulo] if _AJUDA[metrica][0] else [empresa]
            familias[metrica].add_metric(valores, valor)
        yield from familias.values()
        if pulso is not None:
            ajuda = "Quando rodou a ultima rodada de envio"
            yield GaugeMetricFamily("cobranca_ultima_rodada_timestamp", ajuda, value=pulso.timestamp())


def _linhas() -> list[tuple[str, str, str, float]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT empresa, metrica, rotulo, valor FROM cobranca_metricas()")
        return list(cursor.fetchall())
