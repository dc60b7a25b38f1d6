"""The headers of an office list, worked out once per page.

Unfold asks for them again on every line, to label the cells of a narrow screen: with the widget that each
time is drawn for the selection column, that was a fifth of a page.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.admin.views.main import ChangeList
from unfold.templatetags import unfold_list

Cabecalho = dict[str, Any]
Calculo = Callable[[ChangeList], Iterable[Cabecalho]]


def instalar() -> None:
    """Let Unfold's list keep its headers (called once by the app's `ready`)."""
    unfold_list.result_headers = _uma_vez(unfold_list.result_headers)


def _uma_vez(calcular: Calculo) -> Callable[[ChangeList], list[Cabecalho]]:
    def cabecalhos(lista: ChangeList) -> list[Cabecalho]:
        # A ChangeList belongs to one request: its order and its addresses do not change while it is drawn.
        guardados = vars(lista)
        if "cabecalhos" not in guardados:
            guardados["cabecalhos"] = list(calcular(lista))
        prontos: list[Cabecalho] = guardados["cabecalhos"]
        return prontos

    return cabecalhos
