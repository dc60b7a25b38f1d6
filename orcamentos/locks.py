"""Row locks of the quotes. Order: the quote, then (inside the stock's services) products; the series last."""

from datetime import date

from nucleo.models import Empresa
from orcamentos.errors import orcamento_nao_encontrado
from orcamentos.models import Orcamento, SerieOrcamento, Status


def orcamento_travar(*, empresa: Empresa, orcamento_id: int) -> Orcamento:
    """Lock one quote until the transaction ends, so that whoever acts on it takes turns.

    `no_key`: its items refer to it, and their key checks must not wait. Raises orcamento_nao_encontrado.
    """
    orcamento = (
        Orcamento.objects.select_for_update(no_key=True, of=("self",))
        .filter(empresa=empresa, pk=orcamento_id)
        .first()
    )
    if orcamento is None:
        raise orcamento_nao_encontrado()
    orcamento.empresa = empresa
    return orcamento


def vencidos_travar(*, empresa: Empresa, hoje: date, limite: int) -> list[Orcamento]:
    """Lock up to `limite` sent quotes whose validity ended before `hoje`, in the order of their ids.

    Quotes somebody is acting on right now are passed over; the next round sees how that ended.
    """
    vencidos = list(
        Orcamento.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
        .filter(empresa=empresa, status=Status.ENVIADO, validade__lt=hoje)
        .order_by("pk")[:limite]
    )
    for orcamento in vencidos:
        orcamento.empresa = empresa
    return vencidos


def serie_travar(*, empresa: Empresa, ano: int) -> SerieOrcamento:
    """Lock the series of one year, creating it race-free: a range and the counter change together.

    Several years in one transaction: ascending (promise C).
    """
    SerieOrcamento.objects.bulk_create([SerieOrcamento(empresa=empresa, ano=ano)], ignore_conflicts=True)
    return SerieOrcamento.objects.select_for_update(no_key=True).get(empresa=empresa, ano=ano)
