"""Work over all empresas that the schedule and the commands share."""

import logging
from collections.abc import Callable
from typing import Any

from cobranca.models import Instancia
from cobranca.services.alertas import agenda_vigiar, alertas_avaliar
from cobranca.services.ciclos import ciclos_concluir
from cobranca.services.instancias import instancia_verificar
from cobranca.services.webhooks import eventos_limpar, eventos_processar
from nucleo.escopo import escopo, visao_do_dono
from nucleo.models import Empresa

logger = logging.getLogger(__name__)


def empresas_ativas() -> list[Empresa]:
    """Every active empresa."""
    with visao_do_dono("cobrança: percorrer as empresas para vigiar e conferir cada uma"):
        return list(Empresa.objects.filter(ativa=True))


def _em_cada(fazer: Callable[[Empresa], Any], empresas: list[Empresa] | None) -> dict[str, Any]:
    resultados = {}
    for empresa in empresas if empresas is not None else empresas_ativas():
        with escopo(empresa):
            resultados[empresa.slug] = fazer(empresa)
    return resultados


def instancias_verificar(empresas: list[Empresa] | None = None) -> dict[str, list[Instancia]]:
    """Ask every active sender of every empresa for its health."""
    return _em_cada(_verificar, empresas)


def _verificar(empresa: Empresa) -> list[Instancia]:
    ativas = Instancia.objects.filter(empresa=empresa, ativa=True).order_by("ordem", "id")
    return [instancia_verificar(empresa=empresa, instancia=instancia) for instancia in list(ativas)]


def alertas_avaliar_todos(empresas: list[Empresa] | None = None) -> dict[str, list[str]]:
    """Evaluate every rule, the installation's first."""
    abertos = {"": ["cobranca.agenda"]} if agenda_vigiar() else {}
    return abertos | _em_cada(lambda empresa: alertas_avaliar(empresa=empresa), empresas)


def webhooks_processar(empresas: list[Empresa] | None = None) -> dict[str, int]:
    """Work through every inbox."""
    return _em_cada(lambda empresa: eventos_processar(empresa=empresa), empresas)


def faxina(empresas: list[Empresa] | None = None) -> dict[str, int]:
    """Once a day: conclude what is over, forget old events."""

    def fazer(empresa: Empresa) -> int:
        return ciclos_concluir(empresa=empresa) + eventos_limpar(empresa=empresa)

    return _em_cada(fazer, empresas)
