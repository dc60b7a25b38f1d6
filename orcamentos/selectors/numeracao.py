"""Where the series stand, what comes next, and what is wrong with them. Nothing here consumes a number."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Max, Q

from nucleo.models import Empresa
from nucleo.series import Irregularidade
from orcamentos.models import Orcamento, SerieOrcamento
from orcamentos.models.numeracao import numero_formatado


@dataclass(frozen=True, slots=True)
class ResumoDaSerie:
    """One year: the counter, the highest number present, how many quotes there are and how many came in."""

    ano: int
    ultimo: int
    maior: int
    quantidade: int
    importados: int

    @property
    def proximo(self) -> str:
        """The number that comes next if nobody is faster."""
        return numero_formatado(self.ano, self.ultimo + 1)

    @property
    def ultimo_formatado(self) -> str:
        """The last number given, or an empty text where none was."""
        return numero_formatado(self.ano, self.ultimo) if self.ultimo else ""


def proximo_numero(*, empresa: Empresa, ano: int) -> tuple[str, str | None]:
    """Return (next, last) number of the year. A forecast: the next one is given only by creating."""
    ultimo = (
        SerieOrcamento.objects.filter(empresa=empresa, ano=ano)
        .values_list("ultimo_numero", flat=True)
        .first()
    ) or 0
    return numero_formatado(ano, ultimo + 1), numero_formatado(ano, ultimo) if ultimo else None


def series_resumo(*, empresa: Empresa) -> list[ResumoDaSerie]:
    """Return one line per year, newest first: the seed's "last numbers" and "next numbers" in one."""
    contadores = dict(SerieOrcamento.objects.filter(empresa=empresa).values_list("ano", "ultimo_numero"))
    contagens = {"maior": Max("numero"), "quantidade": Count("id")}
    presentes = {
        ano: (maior, quantidade, importados)
        for ano, maior, quantidade, importados in Orcamento.objects.filter(empresa=empresa)
        .order_by()
        .values("ano")
        .annotate(**contagens, importados=Count("id", filter=Q(importado=True)))
        .values_list("ano", "maior", "quantidade", "importados")
    }
    return [
        ResumoDaSerie(ano, contadores.get(ano, 0), *presentes.get(ano, (0, 0, 0)))
        for ano in sorted(contadores.keys() | presentes.keys(), reverse=True)
    ]


# Missing numbers as ranges: where the next number present is not the one after. Numbers up to the counter
# only, and less those another system passed over.
_LACUNAS = """
WITH numeros AS (
    SELECT ano, numero FROM detailed_budgets WHERE empresa_id = %(empresa)s
    UNION ALL SELECT ano, 0 FROM budget_sequencias WHERE empresa_id = %(empresa)s
    UNION ALL SELECT ano, ultimo_numero + 1 FROM budget_sequencias WHERE empresa_id = %(empresa)s
), buracos AS (
    SELECT ano, numero + 1 AS de, proximo - 1 AS ate FROM (
        SELECT ano, numero, lead(numero) OVER (PARTITION BY ano ORDER BY numero) AS proximo FROM numeros
    ) x WHERE proximo > numero + 1
), nossos AS (
    SELECT b.ano, int8multirange(int8range(b.de, b.ate, '[]')) - coalesce(
        (SELECT range_agg(int8range(f.de, f.ate, '[]')) FROM budget_faixas_importadas f
         WHERE f.empresa_id = %(empresa)s AND f.ano = b.ano), '{}'::int8multirange) AS faixas
    FROM buracos b
)
SELECT ano, lower(r), upper(r) - 1 FROM nossos, unnest(faixas) AS r ORDER BY ano, 2 LIMIT 1000
"""


def lacunas(*, empresa: Empresa) -> list[tuple[int, int, int]]:
    """Return (ano, de, ate) of the numbers we passed that no quote bears; imported ranges excepted."""
    with connection.cursor() as cursor:
        cursor.execute(_LACUNAS, {"empresa": empresa.pk})
        return [(ano, de, ate) for ano, de, ate in cursor.fetchall()]


def irregularidades(*, empresa: Empresa) -> list[Irregularidade]:
    """Return duplicates, gaps and counters behind the data, in words an operator understands."""
    repetidos = (
        Orcamento.objects.filter(empresa=empresa)
        .order_by()
        .values("ano", "budget_number")
        .annotate(vezes=Count("id"))
        .filter(vezes__gt=1)
    )
    achados = [
        Irregularidade(f"ORC-{r['ano']}", "duplicado", f"{r['budget_number']} existe {r['vezes']} vezes.")
        for r in repetidos
    ]
    for ano, de, ate in lacunas(empresa=empresa):
        texto = numero_formatado(ano, de) if de == ate else f"{numero_formatado(ano, de)} a {ate:04d}"
        achados.append(Irregularidade(f"ORC-{ano}", "lacuna", f"Falta {texto}."))
    achados += [
        Irregularidade(
            f"ORC-{linha.ano}",
            "contador_atrasado",
            f"O contador está em {linha.ultimo}, mas existe o número {linha.maior}.",
        )
        for linha in series_resumo(empresa=empresa)
        if linha.ultimo < linha.maior
    ]
    return achados
