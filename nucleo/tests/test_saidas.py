"""Each way out of the scope that was shown open, tried on a connection like the web's."""

import json
import subprocess
import sys

import pytest

from nucleo.escopo import visao_do_dono
from nucleo.models import Perfil
from nucleo.services.empresas import empresa_criar
from nucleo.tests.processos import RAIZ, ambiente

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concorrencia]

_PROGRAMA = """
import json, sys, django
django.setup()
from nucleo.tests.saidas import todas
print(json.dumps(todas(*map(int, sys.argv[1:]))))
"""


def _tentar(alfa: int, beta: int, papel: str) -> dict:
    comando = [sys.executable, "-c", _PROGRAMA, str(alfa), str(beta)]
    feito = subprocess.run(
        comando, cwd=RAIZ, env=ambiente(papel), capture_output=True, text=True, timeout=60, check=False
    )
    assert feito.returncode == 0, feito.stderr
    return json.loads(feito.stdout.splitlines()[-1])


def test_no_known_way_out_of_the_scope_shows_or_changes_another_empresas_rows() -> None:
    alfa, beta = (empresa_criar(slug=slug, nome=slug).pk for slug in ("alfa", "beta"))
    assert _tentar(alfa, beta, "web") == {
        "sem escopo": [],
        "no escopo": [alfa],
        "conexão perdida dentro de atomic": [alfa],
        "conexão perdida, escopo já deixado": [],
        "close() no escopo": [alfa],
        "close() antes de deixar o escopo": [],
        "corpo em partes": [[alfa], [alfa], []],
        "corpo abandonado": [],
        "thread": [],
        "RESET ROLE": [alfa],
        "RESET ALL": [],
        "DISCARD ALL": [],
        "bloco desfeito": [alfa],
        "depois de um erro": [],
        "um escopo depois do outro": [beta],
        "visão do dono": "VisaoDoDonoNaWeb",
        "COPY FROM": "FeatureNotSupported",
        "gravar na outra": [0, 0, "InsufficientPrivilege"],
        "chave de fora": "ForeignKeyViolation",
    }
    with visao_do_dono("teste: nada mudou na outra empresa"):
        assert set(Perfil.objects.filter(empresa_id=beta).values_list("nome", flat=True)) == {
            "gerente",
            "vendas",
            "estoque",
            "cobrança",
        }


def test_the_same_ways_are_open_where_the_owner_connects() -> None:
    """Positive control: switching the role per request, as owner, is what the wall does not rely on."""
    alfa, beta = (empresa_criar(slug=slug, nome=slug).pk for slug in ("alfa", "beta"))
    visto = _tentar(alfa, beta, "dono")
    assert visto["no escopo"] == [alfa]
    assert visto["sem escopo"] == [alfa, beta]
    assert visto["RESET ROLE"] == [alfa, beta]
    assert visto["thread"] == [alfa, beta]
