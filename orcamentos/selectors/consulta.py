"""Finding quotes."""

from django.db.models import Q, QuerySet

from clientes.selectors import clientes_buscados
from nucleo.errors import ErroDeValidacao
from nucleo.models import Empresa
from orcamentos.errors import orcamento_nao_encontrado
from orcamentos.models import Orcamento
from orcamentos.models.numeracao import numero_lido


def orcamentos_da_empresa(*, empresa: Empresa) -> QuerySet[Orcamento]:
    """Return the empresa's quotes with their customers, newest number first."""
    return Orcamento.objects.filter(empresa=empresa).select_related("cliente").order_by("-ordem")


def orcamento_completo(*, empresa: Empresa, orcamento_id: int) -> Orcamento:
    """Return one quote with customer and items in three queries; raise orcamento_nao_encontrado."""
    orcamento = (
        orcamentos_da_empresa(empresa=empresa)
        .select_related("cliente__municipio")
        .prefetch_related("itens__produto")
        .filter(pk=orcamento_id)
        .first()
    )
    if orcamento is None:
        raise orcamento_nao_encontrado()
    return orcamento


def orcamentos_buscar(consulta: QuerySet[Orcamento], *, termo: str) -> QuerySet[Orcamento]:
    """Narrow a list by what a person typed: a number, the customer's own reference, or the customer."""
    try:
        ano, numero = numero_lido(termo)
    except ErroDeValidacao:
        # The ids themselves, not a subquery: of that the planner expects a thousand customers, and reads
        # every quote; of a list it knows the length, and puts the two indexes together.
        clientes = list(clientes_buscados(termo).order_by().values_list("pk", flat=True))
        return consulta.filter(Q(cliente__in=clientes) | Q(referencia_cliente=termo.strip()))
    return consulta.filter(ano=ano, numero=numero)
