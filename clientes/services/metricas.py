"""What is measured about codes, for /metrics: how often numbers collide and how long one takes."""

from prometheus_client import Counter, Histogram

CONFLITOS = Counter(
    "clientes_codigo_conflitos_total",
    "Códigos que já existiam, por tentativa em que apareceram.",
    ["tentativa"],
)
FALHAS_PERSISTENTES = Counter(
    "clientes_codigo_falhas_persistentes_total", "Clientes não salvos depois de todas as tentativas."
)
TENTATIVAS = Histogram(
    "clientes_codigo_tentativas_por_commit",
    "Tentativas até o cliente ser salvo; a parte do balde 1 é a taxa de sucesso na primeira.",
    buckets=(1, 2, 3, 4, 5),
)
TEMPO_DE_GERACAO = Histogram(
    "clientes_codigo_geracao_segundos",
    "Tempo até ter um código, espera pela trava do município incluída.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
